/* Makes mutated instances and says what we think of them, for peer.mjs to compare.
 *
 *     differential [--instances N] [--seed N] [--formats] CASES.jsonl
 *
 * CASES.jsonl holds {"name":…,"schema":…,"seeds":[…],"weight":…}, one a line. For each, a line
 * {"refused":"why, if we refuse the schema","case":…} is written, then one line an instance:
 * [verdict,"rules",instance], with verdict 1 valid, 0 invalid, 2 undecided, and the rules that it
 * breaks. The verdict is that of the text as written. Both evaluators are asked and must agree. */
#include "stages/check/schema/schema.h"
#include "tests/fuzz/differential/mutate.h"

#include <stdio.h>
#include <string.h>

#define MAX_TEXT 60000u

typedef struct {
    char *text;
    cJSON *parsed;
    double weight;
} Line;

typedef struct {
    const Schema *schema;
    const cJSON *seeds;
    const Pool *pool;
    GRand *dice;
    JsonReader *reader;
    guint disagreements;
} Case;

static char *rules_of(GPtrArray *findings)
{
    g_autoptr(GString) rules = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const char *rule = ((SchemaFinding *)g_ptr_array_index(findings, i))->rule;
        g_autofree char *word = g_strdup_printf(" %s ", rule);
        if (!strstr(rules->str, word))
            g_string_append(rules, word);
    }
    return g_strdup(rules->str);
}

static void judge(Case *one, const char *text)
{
    g_autoptr(GError) error = NULL;
    const cJSON *tree = json_reader_parse(one->reader, text, strlen(text), &error);
    if (!tree) /* a mutation that is no document (a lone name twice, too deep) */
        return;
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    SchemaVerdict verdict = schema_check(one->schema, tree);
    SchemaVerdict explained = schema_evaluate(one->schema, tree, findings);
    if (verdict != explained) {
        fprintf(stderr, "the two evaluators disagree (%d, %d): %s\n", (int)verdict, (int)explained,
                text);
        one->disagreements++;
    }
    static const int codes[] = {[SCHEMA_VALID] = 1, [SCHEMA_INVALID] = 0, [SCHEMA_UNDECIDED] = 2};
    g_autofree char *rules = rules_of(findings);
    printf("[%d,\"%s\",%s]\n", codes[verdict], rules, text);
}

static void make_one(Case *one)
{
    int count = cJSON_GetArraySize(one->seeds);
    const cJSON *seed = cJSON_GetArrayItem(one->seeds, g_rand_int_range(one->dice, 0, count));
    g_autoptr(cJSON) instance = cJSON_Duplicate(seed, TRUE);
    mutate(instance, one->pool, one->dice);
    char *text = cJSON_PrintUnformatted(instance);
    if (text && strlen(text) <= MAX_TEXT)
        judge(one, text);
    cJSON_free(text);
}

/* The schema goes on as it was read: printing it again might round its numbers. */
static void print_case(const char *line, const GError *refusal)
{
    g_autoptr(cJSON) why = cJSON_CreateString(refusal ? refusal->message : "");
    g_autofree char *text = json_print(why, FALSE);
    printf("{\"refused\":%s,\"case\":%s}\n", text, line);
}

/* FALSE when our two evaluators disagree. */
static gboolean run_case(const Line *line, guint instances, guint seed, gboolean formats)
{
    const cJSON *document = cJSON_GetObjectItemCaseSensitive(line->parsed, "schema");
    SchemaOptions options = {.assert_format = formats};
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = schema_compile(document, &options, &error);
    print_case(line->text, error);
    if (!schema)
        return TRUE;
    const cJSON *seeds = cJSON_GetObjectItemCaseSensitive(line->parsed, "seeds");
    g_autoptr(Pool) pool = pool_new(document, seeds);
    g_autoptr(JsonReader) reader = json_reader_new();
    GRand *dice = g_rand_new_with_seed(seed);
    Case one = {.schema = schema, .seeds = seeds, .pool = pool, .dice = dice, .reader = reader};
    for (guint i = 0; i < instances; i++)
        make_one(&one);
    g_rand_free(dice);
    return one.disagreements == 0;
}

static void line_free(gpointer data)
{
    Line *line = data;
    g_free(line->text);
    cJSON_Delete(line->parsed);
    g_free(line);
}

/* Cases that our strict reader refuses (a NUL in a string) are left out, and said. */
static GPtrArray *load_cases(const char *path, double *weights, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    GPtrArray *cases = g_ptr_array_new_with_free_func(line_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        g_autoptr(GError) refusal = NULL;
        cJSON *parsed = json_parse(*line, strlen(*line), &refusal);
        if (!parsed) {
            fprintf(stderr, "left out: %.100s…: %s\n", *line, refusal->message);
            continue;
        }
        Line *one = g_new0(Line, 1);
        one->text = g_strdup(*line);
        one->parsed = parsed;
        one->weight = cJSON_GetObjectItemCaseSensitive(parsed, "weight")->valuedouble;
        *weights += one->weight;
        g_ptr_array_add(cases, one);
    }
    return cases;
}

int main(int argc, char **argv)
{
    gint instances = 1000000, seed = 1;
    gboolean formats = FALSE, agree = TRUE;
    const GOptionEntry entries[] = {
        {"instances", 0, 0, G_OPTION_ARG_INT, &instances, "How many in all", "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &seed, "Of the dice", "N"},
        {"formats", 0, 0, G_OPTION_ARG_NONE, &formats, "Formats are rules", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("CASES.jsonl");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
        fprintf(stderr, "%s\n", error ? error->message : "usage: differential CASES.jsonl");
        return 2;
    }
    double weights = 0;
    g_autoptr(GPtrArray) cases = load_cases(argv[1], &weights, &error);
    if (!cases) {
        fprintf(stderr, "%s: %s\n", argv[1], error->message);
        return 2;
    }
    for (guint i = 0; i < cases->len; i++) {
        const Line *one = g_ptr_array_index(cases, i);
        guint count = 1 + (guint)(instances * one->weight / weights);
        agree &= run_case(one, count, (guint)seed + i, formats);
    }
    return agree ? 0 : 1;
}
