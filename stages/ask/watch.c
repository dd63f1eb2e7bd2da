#include "stages/ask/watch.h"

#include <string.h>

#include "pipeline/core/limits.h"
#include "stages/ask/candidates.h"

#define MAX_TALK_ASKED 400u   /* bytes of prose before the record, where JSON was asked for … */
#define MAX_TALK 4000u        /* … and where it was only wished for */
#define MAX_TALK_BEHIND 2000u /* bytes behind the record, where JSON was asked for */
#define MAX_SPACE 1000u       /* bytes of white space in a row */
#define MAX_ENUM_BYTES 1000u  /* of a string that is compared with an enum */
#define REPEAT_WINDOW 4096u   /* bytes at the end that are looked through for repetition … */
#define REPEAT_PERIOD 256u    /* … of something this long at most … */
#define REPEAT_EVERY 1024u    /* … each time so many bytes have come */
#define MAX_PLACE_BYTES 200u  /* of a place in a sentence */

typedef enum {
    TALK,    /* before the record's brace */
    THOUGHT, /* inside a reasoning tag before it */
    VALUE,   /* a value begins */
    KEY,     /* a key begins, or the object ends */
    KEY_ONLY,
    IN_KEY,
    COLON,
    IN_STRING,
    IN_BARE, /* a number or a literal */
    NEXT,    /* a comma or the end of the object or array */
    BEHIND,  /* the record is complete */
    OFF      /* not JSON to the letter: a later stage may put it right */
} State;

typedef struct {
    gboolean is_object;
    Candidates own; /* of the object or array itself */
    char *key;      /* of the present member */
    guint index;    /* of the present item */
} Frame;

struct Watch {
    const cJSON *schema;
    gboolean asked;
    State state;
    GArray *frames;        /* of Frame, the outermost first */
    Candidates next;       /* for the value that comes, or the string that is being read */
    GString *string;       /* decoded, of the key or value that is being read */
    gboolean escaped;      /* the last character was a backslash */
    gboolean unclear;      /* the string has an escape that is not decoded here */
    gsize seen;            /* bytes of the text so far */
    gsize talk, space;     /* bytes of it in a row */
    gsize looked_at;       /* length at which repetition was looked for last */
    gboolean value_needed; /* behind a comma of an array */
    char *why;
};

static void frame_clear(gpointer data)
{
    g_free(((Frame *)data)->key);
}

static void restart(Watch *watch)
{
    watch->state = TALK;
    g_array_set_size(watch->frames, 0);
    g_string_truncate(watch->string, 0);
    watch->escaped = watch->unclear = watch->value_needed = FALSE;
    watch->seen = watch->talk = watch->space = watch->looked_at = 0;
    g_clear_pointer(&watch->why, g_free);
}

Watch *watch_new(const cJSON *schema, gboolean asked)
{
    Watch *watch = g_new0(Watch, 1);
    watch->schema = schema;
    watch->asked = asked;
    watch->frames = g_array_new(FALSE, TRUE, sizeof(Frame));
    g_array_set_clear_func(watch->frames, frame_clear);
    watch->string = g_string_new(NULL);
    restart(watch);
    return watch;
}

void watch_free(Watch *watch)
{
    if (!watch)
        return;
    g_array_unref(watch->frames);
    g_string_free(watch->string, TRUE);
    g_free(watch->why);
    g_free(watch);
}

const char *watch_why(const Watch *watch)
{
    return watch->why;
}

/* ---- where, and what is wrong there ---- */

static Frame *top(const Watch *watch)
{
    return watch->frames->len ? &g_array_index(watch->frames, Frame, watch->frames->len - 1) : NULL;
}

/* The JSON Pointer of the present value. Caller frees. */
static char *place(const Watch *watch)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < watch->frames->len && out->len < MAX_PLACE_BYTES; i++) {
        const Frame *frame = &g_array_index(watch->frames, Frame, i);
        g_autofree char *at = frame->is_object
                                  ? json_pointer_join(out->str, frame->key ? frame->key : "")
                                  : json_pointer_index(out->str, (int)frame->index);
        g_string_assign(out, at);
    }
    return g_string_free(out, FALSE);
}

static void wrong_type(Watch *watch, char first)
{
    static const char *const found[] = {
        ['{'] = "an object", ['['] = "an array",  ['"'] = "a string",
        ['t'] = "a boolean", ['f'] = "a boolean", ['n'] = "null"};
    guchar c = (guchar)first;
    const char *what = c < G_N_ELEMENTS(found) && found[c] ? found[c] : "a number";
    g_autofree char *at = place(watch);
    g_autofree char *wanted = candidates_describe(&watch->next);
    watch->why = g_strdup_printf("%s must be %s, but %s began there", *at ? at : "the record",
                                 *wanted ? wanted : "something else", what);
}

static void unknown_key(Watch *watch)
{
    g_autofree char *at = place(watch);
    watch->why = g_strdup_printf("%.*s is not a field of the schema", (int)MAX_PLACE_BYTES, at);
}

static void wrong_word(Watch *watch)
{
    g_autofree char *at = place(watch);
    watch->why = g_strdup_printf("%s began with \"%.60s\", which none of its allowed values does",
                                 at, watch->string->str);
}

/* ---- values ---- */

static void begin_string(Watch *watch, State state)
{
    g_string_truncate(watch->string, 0);
    watch->escaped = watch->unclear = FALSE;
    watch->state = state;
}

static void open_frame(Watch *watch, gboolean is_object)
{
    Frame frame = {.is_object = is_object, .own = watch->next};
    if (watch->frames->len >= DOCKET_MAX_JSON_DEPTH) {
        watch->state = OFF;
        return;
    }
    g_array_append_val(watch->frames, frame);
    watch->state = is_object ? KEY : VALUE;
    watch->value_needed = FALSE;
    if (!is_object)
        watch->next = candidates_item(watch->schema, &frame.own);
}

static void end_value(Watch *watch)
{
    watch->state = watch->frames->len ? NEXT : BEHIND;
    watch->talk = 0;
}

static void close_frame(Watch *watch)
{
    g_array_set_size(watch->frames, watch->frames->len - 1);
    end_value(watch);
}

static void begin_value(Watch *watch, char c)
{
    gboolean json = c == '"' || c == '{' || c == '[' || c == '-' || c == 't' || c == 'f' ||
                    c == 'n' || g_ascii_isdigit(c);
    if (c == ']' && !watch->value_needed && top(watch) && !top(watch)->is_object) {
        close_frame(watch);
        return;
    }
    if (!json) {
        watch->state = OFF;
        return;
    }
    Candidates left = candidates_begin(&watch->next, c);
    if (left.n == 0 && !left.any) {
        wrong_type(watch, c);
        return;
    }
    watch->next = left;
    if (c == '{' || c == '[')
        open_frame(watch, c == '{');
    else if (c == '"')
        begin_string(watch, IN_STRING);
    else
        watch->state = IN_BARE;
}

static void begin_key(Watch *watch, char c)
{
    if (c == '}' && watch->state == KEY)
        close_frame(watch);
    else if (c == '"')
        begin_string(watch, IN_KEY);
    else
        watch->state = OFF;
}

static void end_key(Watch *watch)
{
    Frame *frame = top(watch);
    g_free(frame->key);
    frame->key = g_strdup(watch->string->str);
    watch->state = COLON;
    if (watch->unclear) {
        watch->next = (Candidates){.any = TRUE};
        return;
    }
    watch->next = candidates_member(watch->schema, &frame->own, frame->key);
    if (watch->next.n == 0 && !watch->next.any)
        unknown_key(watch);
}

static void next_member(Watch *watch, char c)
{
    Frame *frame = top(watch);
    if (c == (frame->is_object ? '}' : ']')) {
        close_frame(watch);
    } else if (c != ',') {
        watch->state = OFF;
    } else if (frame->is_object) {
        watch->state = KEY_ONLY;
    } else {
        frame->index++;
        watch->next = candidates_item(watch->schema, &frame->own);
        watch->value_needed = TRUE;
        watch->state = VALUE;
    }
}

/* ---- strings ---- */

static void end_string(Watch *watch)
{
    if (watch->state == IN_KEY) {
        end_key(watch);
        return;
    }
    if (!watch->unclear && watch->string->len < MAX_ENUM_BYTES &&
        !candidates_string(&watch->next, watch->string->str, TRUE)) {
        wrong_word(watch);
        return;
    }
    end_value(watch);
}

static void in_string(Watch *watch, char c)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (!watch->escaped && c == '"') {
        end_string(watch);
        return;
    }
    if (!watch->escaped && c == '\\') {
        watch->escaped = TRUE;
        return;
    }
    const char *letter = watch->escaped && c ? strchr(letters, c) : NULL;
    watch->unclear = watch->unclear || (watch->escaped && !letter);
    watch->escaped = FALSE;
    if (watch->string->len < MAX_ENUM_BYTES)
        g_string_append_c(watch->string, letter ? values[letter - letters] : c);
    if (watch->state == IN_STRING && !watch->unclear && watch->string->len < MAX_ENUM_BYTES &&
        !candidates_string(&watch->next, watch->string->str, FALSE))
        wrong_word(watch);
}

/* ---- around the record ---- */

/* The last bytes of the text before `at` are this word. */
static gboolean ends_with(const char *text, gsize at, const char *word)
{
    gsize length = strlen(word);
    return at >= length && memcmp(text + at - length, word, length) == 0;
}

static void in_talk(Watch *watch, const char *text, gsize at)
{
    char c = text[at];
    if (c == '{') {
        watch->next = candidates_of(watch->schema, watch->schema);
        begin_value(watch, c);
    } else if (c == '>' && (ends_with(text, at, "<think") || ends_with(text, at, "<thinking") ||
                            ends_with(text, at, "<reasoning"))) {
        watch->state = THOUGHT;
        watch->talk = 0;
    } else if (!g_ascii_isspace(c) && ++watch->talk > (watch->asked ? MAX_TALK_ASKED : MAX_TALK)) {
        watch->why = g_strdup("the answer is talk, where the JSON object was expected");
    }
}

static void in_thought(Watch *watch, const char *text, gsize at)
{
    if (text[at] == '>' && (ends_with(text, at, "</think") || ends_with(text, at, "</thinking") ||
                            ends_with(text, at, "</reasoning")))
        watch->state = TALK;
}

/* Where JSON was only wished for, what comes first may be a draft. */
static void behind(Watch *watch, char c)
{
    if (!watch->asked)
        watch->state = OFF;
    else if (!g_ascii_isspace(c) && ++watch->talk > MAX_TALK_BEHIND)
        watch->why = g_strdup("the answer does not end behind the record");
}

static void step(Watch *watch, const char *text, gsize at)
{
    char c = text[at];
    gboolean space = g_ascii_isspace(c);
    switch (watch->state) {
    case TALK:
        in_talk(watch, text, at);
        break;
    case THOUGHT:
        in_thought(watch, text, at);
        break;
    case VALUE:
        if (!space)
            begin_value(watch, c);
        break;
    case KEY:
    case KEY_ONLY:
        if (!space)
            begin_key(watch, c);
        break;
    case COLON:
        if (!space)
            watch->state = c == ':' ? VALUE : OFF;
        watch->value_needed = TRUE;
        break;
    case IN_KEY:
    case IN_STRING:
        in_string(watch, c);
        break;
    case IN_BARE:
        if (g_ascii_isalnum(c) || c == '.' || c == '+' || c == '-')
            break;
        end_value(watch);
        step(watch, text, at);
        break;
    case NEXT:
        if (!space)
            next_member(watch, c);
        break;
    case BEHIND:
        behind(watch, c);
        break;
    case OFF:
        break;
    }
}

/* ---- repetition ---- */

/* The shortest period of text[0..length), by the failure function of Knuth, Morris and Pratt. */
static gsize period(const char *text, gsize length)
{
    guint16 border[REPEAT_WINDOW] = {0};
    for (gsize i = 1, k = 0; i < length; i++) {
        while (k > 0 && text[i] != text[k])
            k = border[k - 1];
        if (text[i] == text[k])
            k++;
        border[i] = (guint16)k;
    }
    return length - border[length - 1];
}

static void look_for_repetition(Watch *watch, const char *text, gsize length)
{
    if (length < REPEAT_WINDOW || length < watch->looked_at + REPEAT_EVERY)
        return;
    watch->looked_at = length;
    gsize found = period(text + length - REPEAT_WINDOW, REPEAT_WINDOW);
    if (found <= REPEAT_PERIOD)
        watch->why = g_strdup_printf(
            "the answer repeats the same %" G_GSIZE_FORMAT " bytes over and over", found);
}

/* Places and words are cut out of hostile text, maybe in the middle of a character. */
static void make_valid(Watch *watch)
{
    char *valid = watch->why ? g_utf8_make_valid(watch->why, -1) : NULL;
    g_free(watch->why);
    watch->why = valid;
}

gboolean watch_feed(Watch *watch, const char *text, gsize from, gsize length)
{
    if (from == 0)
        restart(watch);
    else if (from != watch->seen)
        watch->state = OFF; /* not the text that was seen before */
    watch->seen = length;
    for (gsize at = from; at < length && !watch->why; at++) {
        watch->space = g_ascii_isspace(text[at]) ? watch->space + 1 : 0;
        if (watch->space > MAX_SPACE)
            watch->why = g_strdup("the answer goes on in white space");
        else
            step(watch, text, at);
    }
    if (!watch->why)
        look_for_repetition(watch, text, length);
    make_valid(watch);
    return watch->why == NULL;
}
