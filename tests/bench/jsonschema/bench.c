/* Our validator as one of those that run.mjs measures: a program that reads commands and answers
 * with figures, one line each, so that rounds of several validators can take turns.
 *
 *     bench-jsonschema [--formats] [--dialect URI] SCHEMA INSTANCES.jsonl
 *         first line: {"verdicts":"1101…"} or {"refused":"why"}; then for each line of input
 *         PHASE SUBSET MILLISECONDS     {"ns":…}, the mean for one instance; of hot: {"each":[…]}
 *     bench-jsonschema --once PHASE [--formats] [--dialect URI] SCHEMA INSTANCES.jsonl
 *         the whole set once, inside a function named bench_once, for callgrind; prints
 *         {"instances":…,"nodes":…,"bytes":…}
 *
 * Phases: validate, parse, both (parse and validate), compile, compile-text (parse and compile), hot.
 * Subsets: all, valid, invalid. Time is processor time of this process. */
#include "pipeline/core/json.h"
#include "stages/check/schema/schema.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct {
    const char *text;
    gsize length;
    const cJSON *tree;
    gboolean valid;
} Instance;

typedef struct {
    char *schema_text;
    gsize schema_length;
    cJSON *schema_tree;
    Schema *schema;
    SchemaOptions options;
    char *text;
    GArray *instances;  /* of Instance */
    JsonReader *trees;  /* keeps the trees of all instances */
    JsonReader *reader; /* for what is parsed while it is timed */
    guint failures;     /* verdicts that differ from the first: the work that is timed is real */
} Bench;

#define BATCH_NS 20000u /* fifty times what asking for the time costs */

static guint64 now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (guint64)time.tv_sec * 1000000000u + (guint64)time.tv_nsec;
}

/* ---- one piece of work ---- */
typedef void (*Work)(Bench *bench, const Instance *instance);

static void work_validate(Bench *bench, const Instance *instance)
{
    gboolean valid = schema_check(bench->schema, instance->tree) == SCHEMA_VALID;
    bench->failures += valid != instance->valid;
}

static void work_parse(Bench *bench, const Instance *instance)
{
    const cJSON *tree = json_reader_parse(bench->reader, instance->text, instance->length, NULL);
    bench->failures += tree == NULL;
}

static void work_both(Bench *bench, const Instance *instance)
{
    const cJSON *tree = json_reader_parse(bench->reader, instance->text, instance->length, NULL);
    gboolean valid = tree && schema_check(bench->schema, tree) == SCHEMA_VALID;
    bench->failures += valid != instance->valid;
}

static void work_compile(Bench *bench, const Instance *instance)
{
    g_autoptr(Schema) schema = schema_compile(bench->schema_tree, &bench->options, NULL);
    bench->failures += schema == NULL;
}

static void work_compile_text(Bench *bench, const Instance *instance)
{
    g_autoptr(cJSON) tree = json_parse(bench->schema_text, bench->schema_length, NULL);
    g_autoptr(Schema) schema = tree ? schema_compile(tree, &bench->options, NULL) : NULL;
    bench->failures += schema == NULL;
}

static const struct {
    const char *name;
    Work work;
    gboolean once; /* a round is one piece of work, not one an instance */
} phases[] = {
    {.name = "validate", .work = work_validate},
    {.name = "parse", .work = work_parse},
    {.name = "both", .work = work_both},
    {.name = "compile", .work = work_compile, .once = TRUE},
    {.name = "compile-text", .work = work_compile_text, .once = TRUE},
};

static int phase_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(phases); i++)
        if (strcmp(phases[i].name, name) == 0)
            return (int)i;
    return -1;
}

static gboolean in_subset(const Instance *instance, const char *subset)
{
    return strcmp(subset, "all") == 0 || instance->valid == (strcmp(subset, "valid") == 0);
}

/* ---- rounds ---- */
static GPtrArray *select_instances(const Bench *bench, const char *subset, gboolean once)
{
    GPtrArray *selected = g_ptr_array_new();
    for (guint i = 0; i < bench->instances->len && !(once && selected->len > 0); i++) {
        Instance *instance = &g_array_index(bench->instances, Instance, i);
        if (in_subset(instance, subset))
            g_ptr_array_add(selected, instance);
    }
    return selected;
}

static G_NO_INLINE void sweep(Bench *bench, const GPtrArray *instances, Work work)
{
    for (guint i = 0; i < instances->len; i++)
        work(bench, g_ptr_array_index(instances, i));
}

/* Whole sweeps until the time is up; the mean for one instance. */
static double round_ns(Bench *bench, const GPtrArray *instances, Work work, guint64 budget)
{
    guint64 start = now(), end;
    guint sweeps = 0, batch = 1;
    do {
        /* Asking for the time costs a system call: so much work is done between two. */
        for (guint i = 0; i < batch; i++)
            sweep(bench, instances, work);
        sweeps += batch;
        end = now();
        if ((end - start) / sweeps * batch < BATCH_NS)
            batch *= 2;
    } while (end - start < budget);
    return (double)(end - start) / sweeps / instances->len;
}

/* Each instance again and again, with hot caches, as Blaze's command does; one figure for each. */
static void print_hot(Bench *bench, const GPtrArray *instances, guint64 budget)
{
    printf("{\"each\":[");
    for (guint i = 0; i < instances->len; i++) {
        g_autoptr(GPtrArray) one = g_ptr_array_new();
        g_ptr_array_add(one, g_ptr_array_index(instances, i));
        double ns =
            round_ns(bench, one, work_validate, MAX(budget / instances->len, 10 * BATCH_NS));
        printf("%s%.1f", i > 0 ? "," : "", ns);
    }
    printf("]}\n");
}

static gboolean answer(Bench *bench, const char *line)
{
    char phase[16], subset[16];
    unsigned milliseconds;
    if (sscanf(line, "%15s %15s %u", phase, subset, &milliseconds) != 3)
        return FALSE;
    guint64 budget = (guint64)milliseconds * 1000000u;
    gboolean hot = strcmp(phase, "hot") == 0;
    int found = hot ? 0 : phase_find(phase);
    if (found < 0)
        return FALSE;
    g_autoptr(GPtrArray) instances = select_instances(bench, subset, phases[found].once);
    if (instances->len == 0)
        return FALSE;
    if (hot)
        print_hot(bench, instances, budget);
    else
        printf("{\"ns\":%.2f}\n", round_ns(bench, instances, phases[found].work, budget));
    fflush(stdout);
    return bench->failures == 0;
}

/* ---- callgrind ---- */
/* The one function whose instructions are counted (--toggle-collect). */
static G_NO_INLINE void bench_once(Bench *bench, const GPtrArray *instances, Work work)
{
    sweep(bench, instances, work);
}

static gboolean once(Bench *bench, const char *phase)
{
    int found = phase_find(phase);
    if (found < 0)
        return FALSE;
    guint64 nodes = 0, bytes = 0;
    g_autoptr(GPtrArray) instances = select_instances(bench, "all", phases[found].once);
    for (guint i = 0; i < instances->len; i++) {
        const Instance *instance = g_ptr_array_index(instances, i);
        nodes += json_count_nodes(instance->tree);
        bytes += instance->length;
    }
    sweep(bench, instances, phases[found].work); /* what is made at first use is made */
    bench_once(bench, instances, phases[found].work);
    printf("{\"instances\":%u,\"nodes\":%" G_GUINT64_FORMAT ",\"bytes\":%" G_GUINT64_FORMAT "}\n",
           instances->len, nodes, bytes);
    return bench->failures == 0;
}

/* ---- reading ---- */
/* The instances as one array: their trees lie one after the other, without the gaps of a reader for
 * each, as the peers' lie in their heaps. NULL and an error. */
static const cJSON *parse_trees(Bench *bench, GError **error)
{
    g_autoptr(GString) array = g_string_new("[");
    for (guint i = 0; i < bench->instances->len; i++) {
        const Instance *instance = &g_array_index(bench->instances, Instance, i);
        g_string_append_len(array, instance->text, (gssize)instance->length);
        g_string_append_c(array, i + 1 < bench->instances->len ? ',' : ']');
    }
    const cJSON *trees = json_reader_parse(bench->trees, array->str, array->len, error);
    return trees ? trees->child : NULL;
}

static gboolean load_instances(Bench *bench, const char *path, GError **error)
{
    gsize length;
    if (!g_file_get_contents(path, &bench->text, &length, error))
        return FALSE;
    for (char *line = bench->text, *end; *line; line = end) {
        end = strchrnul(line, '\n');
        Instance instance = {.text = line, .length = (gsize)(end - line)};
        if (*end)
            *end++ = '\0';
        g_array_append_val(bench->instances, instance);
    }
    const cJSON *tree = parse_trees(bench, error);
    for (guint i = 0; tree && i < bench->instances->len; i++, tree = tree->next) {
        Instance *instance = &g_array_index(bench->instances, Instance, i);
        instance->tree = tree;
        instance->valid = schema_check(bench->schema, tree) == SCHEMA_VALID;
    }
    return *error == NULL;
}

static gboolean load(Bench *bench, const char *schema, const char *instances, GError **error)
{
    if (!g_file_get_contents(schema, &bench->schema_text, &bench->schema_length, error))
        return FALSE;
    bench->schema_tree = json_parse(bench->schema_text, bench->schema_length, error);
    if (!bench->schema_tree)
        return FALSE;
    bench->schema = schema_compile(bench->schema_tree, &bench->options, error);
    return bench->schema && load_instances(bench, instances, error);
}

static void print_verdicts(const Bench *bench)
{
    printf("{\"verdicts\":\"");
    for (guint i = 0; i < bench->instances->len; i++)
        putchar(g_array_index(bench->instances, Instance, i).valid ? '1' : '0');
    printf("\"}\n");
    fflush(stdout);
}

static void print_refusal(const GError *error)
{
    g_autoptr(cJSON) object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "refused", error->message);
    g_autofree char *text = json_print(object, FALSE);
    printf("%s\n", text);
}

static gboolean serve(Bench *bench)
{
    char line[64];
    print_verdicts(bench);
    while (fgets(line, sizeof line, stdin))
        if (!answer(bench, line))
            return FALSE;
    return TRUE;
}

static void bench_clear(Bench *bench)
{
    g_array_unref(bench->instances);
    json_reader_free(bench->reader);
    json_reader_free(bench->trees);
    schema_free(bench->schema);
    cJSON_Delete(bench->schema_tree);
    g_free(bench->schema_text);
    g_free(bench->text);
}

int main(int argc, char **argv)
{
    Bench bench = {.reader = json_reader_new(),
                   .trees = json_reader_new(),
                   .instances = g_array_new(FALSE, TRUE, sizeof(Instance))};
    gboolean formats = FALSE;
    g_autofree char *dialect = NULL, *phase = NULL;
    const GOptionEntry entries[] = {
        {"formats", 0, 0, G_OPTION_ARG_NONE, &formats, "Formats are rules", NULL},
        {"dialect", 0, 0, G_OPTION_ARG_STRING, &dialect, "Of schemas without $schema", "URI"},
        {"once", 0, 0, G_OPTION_ARG_STRING, &phase, "The set once, for callgrind", "PHASE"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("SCHEMA INSTANCES.jsonl");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 3) {
        fprintf(stderr, "%s\n", error ? error->message : "usage: SCHEMA INSTANCES.jsonl");
        return 2;
    }
    bench.options = (SchemaOptions){.assert_format = formats, .dialect = dialect};
    gboolean ok = load(&bench, argv[1], argv[2], &error);
    if (!ok)
        print_refusal(error);
    else
        ok = phase ? once(&bench, phase) : serve(&bench);
    bench_clear(&bench);
    return ok ? 0 : 1;
}
