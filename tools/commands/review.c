/* docket review: the documents that wait for a person. */
#include "stages/review/review.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "stages/check/check.h"
#include "tools/commands/describe.h"
#include "tools/commands/edit.h"

typedef struct {
    const Command *command;
    const Console *console;
    Config *config;
    Ledger *ledger;
    GPtrArray *packs;
    GPtrArray *problems;
    char *outbox, *who;
    char *pack; /* list: only this one */
    char *reason;
    GStrv sets; /* correct: /pointer=value */
} Queue;

static void queue_clear(Queue *queue)
{
    g_clear_pointer(&queue->ledger, ledger_close);
    g_clear_pointer(&queue->packs, g_ptr_array_unref);
    g_clear_pointer(&queue->problems, g_ptr_array_unref);
    g_clear_pointer(&queue->config, config_free);
    g_free(queue->outbox);
    g_free(queue->who);
    g_free(queue->pack);
    g_free(queue->reason);
    g_strfreev(queue->sets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Queue, queue_clear)

/* ---- looking ---- */

static gboolean list_one(const LedgerDocument *document, gpointer data)
{
    gpointer *pair = data;
    const Queue *queue = pair[0];
    guint *n = pair[1];
    (*n)++;
    if (!queue->console->json) {
        describe_line(queue->console, document);
        return TRUE;
    }
    g_autoptr(cJSON) object = console_object(queue->command);
    cJSON_AddItemToObject(object, "document", describe_json(document));
    console_value(queue->console, object, FALSE);
    return TRUE;
}

static gboolean list(Queue *queue, GError **error)
{
    guint n = 0;
    gpointer pair[] = {queue, &n};
    if (!ledger_each(queue->ledger, VERDICT_REVIEW, queue->pack, 0, list_one, pair, error))
        return FALSE;
    if (n == 0)
        log_info("nothing waits for review");
    else if (queue->console->terminal && !queue->console->json)
        log_info("%u wait; docket review show ID, then accept, correct or reject", n);
    return TRUE;
}

static void show(const Queue *queue, const LedgerDocument *document)
{
    const Console *console = queue->console;
    if (console->json) {
        g_autoptr(cJSON) object = console_object(queue->command);
        cJSON_AddItemToObject(object, "document", describe_json(document));
        console_value(console, object, FALSE);
        return;
    }
    describe_head(console, queue->ledger, document);
    describe_fields(console, document);
    if (document->verdict == VERDICT_REVIEW && console->terminal)
        log_info("docket review accept %" G_GINT64_FORMAT " | correct %" G_GINT64_FORMAT
                 " --set /pointer=value | reject %" G_GINT64_FORMAT " --reason TEXT",
                 document->id, document->id, document->id);
}

/* ---- deciding ---- */

static cJSON *draft_of(const LedgerDocument *document)
{
    cJSON *draft = describe_parse(document->record);
    return draft ? draft : cJSON_CreateObject();
}

/* The corrected record, by --set or from a file ("-": standard input). */
static cJSON *corrected(const Queue *queue, const LedgerDocument *document, const char *file,
                        GError **error)
{
    if (file && queue->sets) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE, "either a file or --set, not both");
        return NULL;
    }
    if (file)
        return json_load(g_str_equal(file, "-") ? "/dev/stdin" : file, error);
    g_autoptr(cJSON) draft = draft_of(document);
    const Pack *pack = document->pack ? packs_find(queue->packs, document->pack) : NULL;
    for (guint i = 0; queue->sets[i]; i++)
        if (!edit_set(&draft, pack ? pack->schema : NULL, queue->sets[i], error))
            return NULL;
    return g_steal_pointer(&draft);
}

static void say_problems(const Queue *queue)
{
    for (guint i = 0; i < queue->problems->len && !queue->console->json; i++) {
        const Problem *problem = queue->problems->pdata[i];
        /* Some sentences name the place themselves. */
        if (g_str_has_prefix(problem->sentence, problem->pointer))
            log_error("%s", problem->sentence);
        else
            log_error("%s: %s", problem->pointer, problem->sentence);
    }
}

/* What the editor gave must not be lost to a slip of the finger. */
static void keep_text(const cJSON *record)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "docket-XXXXXX.json", NULL);
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    g_autofree char *text = json_print(record, TRUE);
    if (fd < 0)
        return;
    close(fd);
    if (g_file_set_contents(path, text, -1, NULL))
        log_info("what you wrote is kept in %s: mend it, then docket review correct DOC %s", path,
                 path);
}

static gboolean ask_again(const Queue *queue)
{
    char answer[16] = "n";
    if (!queue->console->terminal || isatty(STDIN_FILENO) != 1)
        return FALSE;
    fputs("edit it again? [Y/n] ", stderr);
    return fgets(answer, sizeof answer, stdin) && answer[0] != 'n' && answer[0] != 'N';
}

/* The editor, as often as it takes. */
static gboolean decide_in_editor(const Queue *queue, const Review *review,
                                 const LedgerDocument *document, GError **error)
{
    g_autoptr(cJSON) draft = draft_of(document);
    g_autoptr(cJSON) begin = draft_of(document);
    for (;;) {
        g_autoptr(cJSON) record = edit_record(queue->console, begin, error);
        g_autoptr(GError) bad = NULL;
        if (!record)
            return FALSE;
        if (json_equal(record, draft)) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "nothing was changed; if the draft is right: docket review accept "
                        "%" G_GINT64_FORMAT,
                        document->id);
            return FALSE;
        }
        g_ptr_array_set_size(queue->problems, 0);
        if (review_decide(review, document, REVIEW_CORRECT, record, queue->reason, queue->problems,
                          &bad))
            return TRUE;
        say_problems(queue);
        if (!g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_INVALID) || !ask_again(queue)) {
            keep_text(record);
            g_propagate_error(error, g_steal_pointer(&bad));
            return FALSE;
        }
        cJSON_Delete(begin);
        begin = g_steal_pointer(&record);
    }
}

static gboolean decide_at_once(const Queue *queue, const Review *review,
                               const LedgerDocument *document, ReviewAction action,
                               const char *file, GError **error)
{
    g_autoptr(cJSON) record = NULL;
    if (action == REVIEW_CORRECT) {
        record = corrected(queue, document, file, error);
        if (!record)
            return FALSE;
    }
    if (review_decide(review, document, action, record, queue->reason, queue->problems, error))
        return TRUE;
    say_problems(queue);
    return FALSE;
}

static gboolean decide(const Queue *queue, const LedgerDocument *document, ReviewAction action,
                       const char *file, GError **error)
{
    Pack *pack = document->pack ? packs_find(queue->packs, document->pack) : NULL;
    if (pack && !console_prepare(pack, error))
        return FALSE;
    Review review = {.ledger = queue->ledger,
                     .config = queue->config,
                     .outbox = queue->outbox,
                     .packs = queue->packs,
                     .who = queue->who,
                     .validate = check_record};
    gboolean in_editor = action == REVIEW_CORRECT && !file && !queue->sets;
    if (!(in_editor ? decide_in_editor(queue, &review, document, error)
                    : decide_at_once(queue, &review, document, action, file, error)))
        return FALSE;
    g_autoptr(LedgerDocument) now = ledger_document(queue->ledger, document->id, error);
    if (!now)
        return FALSE;
    if (queue->console->json)
        show(queue, now);
    else
        log_info("%s: %s", now->name, verdict_name(now->verdict));
    return TRUE;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int decision;      /* ReviewAction, or -1: only looks */
    guint least, most; /* arguments behind the action */
} actions[] = {
    {"list", -1, 0, 0},
    {"next", -1, 0, 0},
    {"show", -1, 1, 1},
    {"accept", REVIEW_ACCEPT, 1, 1},
    {"correct", REVIEW_CORRECT, 1, 2},
    {"reject", REVIEW_REJECT, 1, 1},
};

static gboolean open_queue(Queue *queue, gboolean decides, GError **error)
{
    queue->config = console_config(queue->console, error);
    if (!queue->config)
        return FALSE;
    queue->outbox = g_canonicalize_filename(config_string(queue->config, "paths.outbox"), NULL);
    queue->problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
    /* Options are bytes: GOption would convert texts by the locale, which cron does not have. */
    char *who = bytes_to_utf8(queue->who ? queue->who : g_get_user_name(), -1);
    g_free(queue->who);
    queue->who = who;
    char *reason = queue->reason ? bytes_to_utf8(queue->reason, -1) : NULL;
    g_free(queue->reason);
    queue->reason = reason;
    if (decides) {
        queue->packs = console_packs(queue->config, error);
        if (!queue->packs)
            return FALSE;
    }
    queue->ledger = console_ledger(queue->config, decides, error);
    return queue->ledger != NULL;
}

static gboolean act(Queue *queue, guint action, GError **error)
{
    const char *doc = queue->console->n_arguments > 1 ? queue->console->arguments[1] : NULL;
    if (!open_queue(queue, actions[action].decision >= 0, error))
        return FALSE;
    if (g_str_equal(actions[action].name, "list"))
        return list(queue, error);
    g_autoptr(GError) bad = NULL;
    g_autoptr(LedgerDocument) document =
        doc ? describe_find(queue->ledger, doc, &bad) : review_next(queue->ledger, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return FALSE;
    }
    if (!document) {
        log_info("nothing waits for review");
        return TRUE;
    }
    if (actions[action].decision < 0) {
        show(queue, document);
        return TRUE;
    }
    return decide(queue, document, (ReviewAction)actions[action].decision,
                  queue->console->n_arguments > 2 ? queue->console->arguments[2] : NULL, error);
}

int command_review(const Command *command, Console *console, int argc, char **argv)
{
    g_auto(Queue) queue = {.command = command, .console = console};
    const GOptionEntry entries[] = {
        {"set", 's', 0, G_OPTION_ARG_FILENAME_ARRAY, &queue.sets,
         "correct: give one value (may be repeated)", "/POINTER=VALUE"},
        {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &queue.reason, "Why, for the ledger", "TEXT"},
        {"who", 0, 0, G_OPTION_ARG_FILENAME, &queue.who, "Who decides; else the user's name",
         "NAME"},
        {"pack", 'p', 0, G_OPTION_ARG_FILENAME, &queue.pack, "list: only this pack", "NAME"},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_OUTBOX | WITH_STATE | WITH_PACKS, argc,
                         argv, &code))
        return code;
    const char *name = console->n_arguments ? console->arguments[0] : "list";
    guint n = console->n_arguments ? console->n_arguments - 1 : 0;
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (!g_str_equal(name, actions[i].name))
            continue;
        if (n < actions[i].least || n > actions[i].most)
            return console_usage(console, "review %s takes %s", name,
                                 actions[i].most == 0   ? "no document"
                                 : actions[i].most == 2 ? "a document, and maybe a file"
                                                        : "one document");
        GError *error = NULL;
        return act(&queue, i, &error) ? EXIT_OK : console_fail(console, error);
    }
    return console_usage(console,
                         "review: no action \"%s\"; there are list, next, show, accept, "
                         "correct, reject",
                         name);
}
