/* Shared by the caller's files: caller.c (asking and sending), caller-answer.c (what comes back)
 * and caller-end.c (how requests end, and when all of them do). */
#pragma once

#include "stages/ask/breaker.h"
#include "stages/ask/caller.h"
#include "stages/ask/client.h"
#include "stages/ask/hedge.h"
#include "stages/ask/limiter.h"

typedef enum {
    WAITS_FOR_TURN,  /* in the caller's queue */
    WAITS_FOR_TIME,  /* until its next sending is due */
    WAITS_FOR_LEAVE, /* asked CallerAgain */
    IS_SENT,
    IS_ENDING
} TicketState;

/* One request at the server. */
typedef struct {
    Ticket *ticket;
    Transfer *transfer;
    Stream *stream; /* when one was asked for */
    gint64 sent_us;
    gboolean probe; /* the breaker's */
} Sending;

struct Caller {
    const ModelSettings *settings; /* lent */
    const Dialect *dialect;        /* lent */
    GMainContext *context;
    Client *client;
    char *url;
    GPtrArray *headers; /* char*, NULL-terminated; one of them holds the key */
    GRand *random;
    GQueue queue;        /* of Ticket that may be sent; repetitions stand first */
    GHashTable *tickets; /* Ticket -> itself: all that have not ended */
    Limiter *limiter;
    Breaker breaker;
    Hedge hedge;
    GSource *wake;                     /* when something in the queue may go */
    guint lost_in_row, refused_in_row; /* requests */
    gboolean refused;                  /* no request of this run can succeed */
    Outcome why;                       /* of `refused`, and of a hopeless breaker */
};

struct Ticket {
    Caller *caller;
    TicketState state;
    char *body;
    gsize length;
    CallerTerms terms;
    StreamText watch; /* may be NULL */
    guint sendings;
    guint allowed;    /* sendings that the terms' CallerAgain has let pass, the first included */
    Sending *out[2];  /* at the server; the second is a hedge */
    gboolean hedging; /* leave was asked for the hedge */
    gint64 wait_ms;   /* WAITS_FOR_LEAVE: what follows it */
    GSource *timer;   /* of the state; IS_SENT: until the hedge */
    Outcome outcome;  /* of the last sending that came back */
    Ticket **location;
    CallerDone done;
    gpointer data;
};

/* ---- caller.c ---- */
/* Sends what may go. */
void caller_pump(Caller *caller);
/* Sends once more beside what is under way, or after it. */
void caller_send(Ticket *ticket);
/* Back into the queue, at its head, after so many milliseconds. */
void caller_send_later(Ticket *ticket, gint64 ms);
GSource *caller_after(Caller *caller, gint64 ms, GSourceFunc callback, gpointer data);
void caller_stop_timer(GSource **timer);
/* Ends what a request has at the server; whatever that does may be billed. */
void caller_call_back(Ticket *ticket);
/* Of one that has no transfer any more. */
void caller_ticket_free(gpointer ticket);

/* ---- caller-answer.c ---- */
void caller_on_response(const ClientResponse *response, gpointer sending);
void sending_free(Sending *sending);
/* When the request's document has no time left, monotonic microseconds. */
gint64 caller_deadline_us(const Ticket *ticket);

/* ---- caller-end.c ---- */
/* Tells the owner; the ticket is gone afterwards. */
void caller_finish(Ticket *ticket);
/* The same, from the loop, for one that is not at the server: with `why` in place of its outcome,
 * or (NULL) with what its last sending came to. */
void caller_end_unsent(Ticket *ticket, const Outcome *why);
/* Counts in a row what tells that the server is of no use; may end all requests. `sent` is how the
 * request ended. */
void caller_take_note(Caller *caller, const Outcome *outcome, gboolean per_document);
/* Every request that waits ends with `why`; new ones do until the breaker is due for a probe. */
void caller_end_waiting(Caller *caller, const Outcome *why);
