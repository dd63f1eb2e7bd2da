/* One question about one document to one endpoint, whoever asks it and why: answered from the ledger
 * when the very same request was answered before; else its money is set aside and the request is in
 * the ledger before it is sent, and its answer is there before anybody uses it. What was paid for
 * once is never paid for again. Supervisor's thread. */
#pragma once

#include "stages/ask/servers.h"

typedef struct Question Question;

typedef enum {
    QUESTION_ANSWERED,
    QUESTION_UNANSWERED, /* there is no usable answer: `judgement` says whether the whole run is hit */
    QUESTION_NO_MONEY, /* a limit is reached; nothing was sent */
    QUESTION_IN_BATCH, /* a batch takes it along, or has it: the answer is there in a later run */
    QUESTION_FAULT     /* `error`; or nobody was asked, because the run ends or is a forecast */
} QuestionEnd;

typedef struct {
    QuestionEnd end;
    char *text;    /* ANSWERED: as the schema's author wrote it, not its provider's subset */
    char *stopped; /* ANSWERED: why the answer was broken off, a sentence; NULL: it is whole */
    guint stopped_tokens; /* of it, about */
    Judgement judgement;  /* UNANSWERED */
    const char *word;     /* stable: "ok", "rate_limited", "no_budget"; static */
    char *sentence;       /* unless ANSWERED or FAULT: for a person */
    GError *error;        /* FAULT */
} Answer;

/* Comes exactly once, unless the question is freed: from question_ask() itself or from the loop.
 * The answer is lent; what is taken out of it is set to NULL. */
typedef void (*QuestionDone)(Job *job, Answer *answer, gpointer data);

typedef struct {
    Endpoint *endpoint;         /* lent */
    const char *purpose;        /* "ask", "repair": as the ledger has it; static */
    const GPtrArray *messages;  /* of Message; lent until the question has ended */
    const AnswerSchema *schema; /* that the answer shall have; lent */
    gboolean together;          /* it may go into one request with those about other documents */
    gboolean shown;             /* who runs the engine may show the answer while it arrives */
} QuestionTerms;

/* Asks. The call becomes one of the job's. *location points to the question until it has ended, and
 * is NULL from then on; the job must outlive it. */
void question_ask(Servers *servers, Job *job, const QuestionTerms *terms, Question **location,
                  QuestionDone done, gpointer data);

/* Breaks a question off; its callback does not come, and the money stays set aside. NULL is
 * allowed. */
void question_free(Question *question);
