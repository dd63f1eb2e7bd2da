/* The official JSON Schema Test Suite as a session of Bowtie's harness protocol, for test-bowtie.sh.
 *   bowtie-suite ask SUITE DRAFT FOLDER      the commands, to be piped into a harness
 *   bowtie-suite count SUITE DRAFT FOLDER    reads its answers and holds them against the suite:
 *       one line "RIGHT TESTS", then a line for each test without the right verdict
 * DRAFT is a folder of SUITE/tests, FOLDER one below it or ".". Schemas and instances go out byte for byte
 * as they stand in the suite. */
#include <stdio.h>
#include <string.h>

#include "pipeline/core/json.h"
#include "tools/commands/span.h"

#define REMOTE "http://localhost:1234/"

static const struct {
    const char *folder, *uri;
} dialects[] = {
    {"draft7", "http://json-schema.org/draft-07/schema#"},
    {"draft2019-09", "https://json-schema.org/draft/2019-09/schema"},
    {"draft2020-12", "https://json-schema.org/draft/2020-12/schema"},
};

/* Called with every group of a folder, in a fixed order. */
typedef void (*GroupVisitor)(const char *file, Span group, guint seq, gpointer data);

static char *load(const char *path)
{
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    /* A command is one line; raw line ends stand only between tokens. */
    return g_strdelimit(text, "\r\n", ' ');
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *list_folder(const char *folder)
{
    g_autoptr(GError) error = NULL;
    GDir *dir = g_dir_open(folder, 0, &error);
    if (dir == NULL)
        g_error("%s", error->message);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

static Span whole(const char *text)
{
    Span value;
    if (!span_value(text, strlen(text), &value))
        g_error("no JSON: %.40s", text);
    return value;
}

static Span member(Span object, const char *name)
{
    Span value;
    if (!span_member(object, name, &value))
        g_error("no member %s: %.*s", name, (int)MIN(object.length, 200), object.at);
    return value;
}

static guint visit_groups(const char *suite, const char *draft, const char *below,
                          GroupVisitor visit, gpointer data)
{
    g_autofree char *folder = g_build_filename(suite, "tests", draft, below, NULL);
    g_autoptr(GPtrArray) files = list_folder(folder);
    guint seq = 0;
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        if (!g_str_has_suffix(path, ".json"))
            continue;
        g_autofree char *text = load(path);
        g_autofree char *base = g_path_get_basename(path);
        const char *at = NULL;
        Span name, group;
        while (span_next(whole(text), &at, &name, &group))
            visit(base, group, ++seq, data);
    }
    return seq;
}

/* ---- ask ---- */

/* Appends "URI":document for every file below a folder of remotes. */
static void add_remotes(GString *registry, const char *folder, const char *below)
{
    g_autoptr(GPtrArray) files = list_folder(folder);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *base = g_path_get_basename(path);
        g_autofree char *name = g_strconcat(below, base, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            g_autofree char *deeper = g_strconcat(name, "/", NULL);
            add_remotes(registry, path, deeper);
        } else if (g_str_has_suffix(path, ".json")) {
            g_autofree char *text = load(path);
            g_string_append_printf(registry, "%s\"" REMOTE "%s\":%s", registry->len > 0 ? "," : "",
                                   name, text);
        }
    }
}

static void ask_group(const char *file, Span group, guint seq, gpointer data)
{
    const GString *registry = data;
    const Span description = member(group, "description"), schema = member(group, "schema");
    printf("{\"cmd\":\"run\",\"seq\":%u,\"case\":{\"description\":%.*s,\"schema\":%.*s", seq,
           (int)description.length, description.at, (int)schema.length, schema.at);
    if (g_strstr_len(schema.at, (gssize)schema.length, REMOTE) != NULL)
        printf(",\"registry\":{%s}", registry->str);
    printf(",\"tests\":[");
    const char *at = NULL, *comma = "";
    Span name, test;
    while (span_next(member(group, "tests"), &at, &name, &test)) {
        const Span words = member(test, "description"), instance = member(test, "data");
        printf("%s{\"description\":%.*s,\"instance\":%.*s}", comma, (int)words.length, words.at,
               (int)instance.length, instance.at);
        comma = ",";
    }
    printf("]}}\n");
}

static int ask(const char *suite, const char *draft, const char *below)
{
    g_autoptr(GString) registry = g_string_new(NULL);
    g_autofree char *remotes = g_build_filename(suite, "remotes", NULL);
    add_remotes(registry, remotes, "");
    printf("{\"cmd\":\"start\",\"version\":1}\n");
    for (guint i = 0; i < G_N_ELEMENTS(dialects); i++)
        if (strcmp(dialects[i].folder, draft) == 0)
            printf("{\"cmd\":\"dialect\",\"dialect\":\"%s\"}\n", dialects[i].uri);
    visit_groups(suite, draft, below, ask_group, registry);
    printf("{\"cmd\":\"stop\"}\n");
    return 0;
}

/* ---- count ---- */

typedef struct {
    GPtrArray *answers; /* of cJSON, by sequence number from 1 */
    guint right, tests;
    GString *misses;
} Count;

static const char *word_of(const cJSON *answer, const cJSON *result)
{
    if (cJSON_IsTrue(json_at(result, "/valid")))
        return "valid";
    if (cJSON_IsFalse(json_at(result, "/valid")))
        return "invalid";
    const cJSON *from = json_at(answer, "/results") != NULL ? result : answer;
    const char *message = cJSON_GetStringValue(json_at(from, "/context/message"));
    return message != NULL ? message : json_string(from, "message", "no answer");
}

static void count_group(const char *file, Span group, guint seq, gpointer data)
{
    Count *count = data;
    const cJSON *answer =
        seq <= count->answers->len ? g_ptr_array_index(count->answers, seq - 1) : NULL;
    if (answer != NULL && json_number(answer, "seq", 0) != seq)
        g_error("answer %u has another sequence number", seq);
    const cJSON *results = json_at(answer, "/results");
    int index = 0;
    const char *at = NULL;
    Span name, test;
    while (span_next(member(group, "tests"), &at, &name, &test)) {
        const Span wanted = member(test, "valid");
        const char *word = word_of(answer, cJSON_GetArrayItem(results, index++));
        const gboolean right = strcmp(word, wanted.at[0] == 't' ? "valid" : "invalid") == 0;
        count->tests++;
        count->right += right;
        if (right)
            continue;
        const Span of = member(group, "description"), what = member(test, "description");
        g_string_append_printf(count->misses, "%s | %.*s | %.*s | %s\n", file, (int)of.length - 2,
                               of.at + 1, (int)what.length - 2, what.at + 1, word);
    }
    if (index < cJSON_GetArraySize(results))
        g_error("answer %u has more results than there are tests", seq);
}

static int count_answers(const char *suite, const char *draft, const char *below)
{
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)cJSON_Delete);
    g_autoptr(GIOChannel) in = g_io_channel_unix_new(0);
    g_io_channel_set_encoding(in, NULL, NULL);
    char *line;
    gsize length;
    while (g_io_channel_read_line(in, &line, &length, NULL, NULL) == G_IO_STATUS_NORMAL) {
        g_autoptr(GError) error = NULL;
        cJSON *answer = json_parse(line, length, &error);
        if (answer == NULL)
            g_error("an answer is not JSON: %s: %.200s", error->message, line);
        g_free(line);
        if (json_at(answer, "/seq") != NULL)
            g_ptr_array_add(answers, answer);
        else
            cJSON_Delete(answer); /* of start and dialect */
    }
    g_autoptr(GString) misses = g_string_new(NULL);
    Count count = {.answers = answers, .misses = misses};
    guint groups = visit_groups(suite, draft, below, count_group, &count);
    if (groups != answers->len)
        g_error("%u answers to %u cases", answers->len, groups);
    printf("%u %u\n%s", count.right, count.tests, misses->str);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "ask") == 0)
        return ask(argv[2], argv[3], argv[4]);
    if (argc == 5 && strcmp(argv[1], "count") == 0)
        return count_answers(argv[2], argv[3], argv[4]);
    fprintf(stderr, "usage: bowtie-suite ask|count SUITE DRAFT FOLDER\n");
    return 2;
}
