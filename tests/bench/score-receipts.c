/* Scores receipts: records against truth, F1 per field after normalisation. Company and address are
 * compared after folding case and space, total and date as number and date.
 *
 *     docket extract --pack receipt --meta IMAGE… | score-receipts [-v] TRUTH_FOLDER
 *
 *     score-receipts --truth TRUTH_FOLDER IMAGE… > truth.jsonl
 *
 * Reads one {"record":…,"meta":…} a line; the truth of document NAME.jpg is TRUTH_FOLDER/NAME.json
 * with {company, date, address, total} as printed, null = not labelled. -v prints every miss. --truth
 * writes what llm-sim shall answer for these images: the labels as a record of the pack. */
#include "pipeline/core/bytes.h"
#include "pipeline/core/json.h"
#include "pipeline/core/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS = 4 };
static const char *const names[FIELDS] = {"company", "date", "address", "total"};

typedef struct {
    guint right, loose, given, truth; /* loose: spaces and punctuation do not matter */
    double words;                     /* sum of word F1 over documents with truth */
} Score;

static char *as_text(const cJSON *value)
{
    if (cJSON_IsString(value))
        return g_strdup(value->valuestring);
    return cJSON_IsNumber(value) ? json_print(value, FALSE) : NULL;
}

static gboolean same(const char *field, const char *given, const char *truth)
{
    if (strcmp(field, "date") == 0) {
        ValueDate a, b;
        return value_parse_date(given, -1, VALUE_ORDER_DMY, &a) &&
               value_parse_date(truth, -1, VALUE_ORDER_DMY, &b) && strcmp(a.iso, b.iso) == 0;
    }
    if (strcmp(field, "total") == 0) {
        ValueNumber a, b;
        return value_find_money(given, -1, VALUE_DECIMAL_POINT, &a) &&
               value_find_money(truth, -1, VALUE_DECIMAL_POINT, &b) &&
               fabs(a.number - b.number) < 0.005;
    }
    g_autofree char *a = value_fold(given, -1);
    g_autofree char *b = value_fold(truth, -1);
    return strcmp(a, b) == 0;
}

static char *letters_only(const char *text)
{
    g_autofree char *key = value_key(text, -1);
    g_auto(GStrv) words = g_strsplit(key, " ", -1);
    return g_strjoinv("", words);
}

static gboolean loosely_same(const char *field, const char *given, const char *truth)
{
    g_autofree char *a = letters_only(given);
    g_autofree char *b = letters_only(truth);
    return same(field, given, truth) || strcmp(a, b) == 0;
}

static double word_f1(const char *given, const char *truth)
{
    g_autofree char *a = value_key(given, -1);
    g_autofree char *b = value_key(truth, -1);
    g_auto(GStrv) have = g_strsplit(a, " ", -1);
    g_auto(GStrv) want = g_strsplit(b, " ", -1);
    guint n = g_strv_length(have), m = g_strv_length(want), hits = 0;
    for (guint i = 0; i < n; i++) {
        for (guint k = 0; k < m; k++) {
            if (want[k][0] != '\0' && strcmp(have[i], want[k]) == 0) {
                want[k][0] = '\0';
                hits++;
                break;
            }
        }
    }
    return n + m > 0 ? 2.0 * hits / (n + m) : 0.0;
}

static void score_one(const cJSON *record, const cJSON *truth, Score *scores, const char *id,
                      gboolean verbose)
{
    for (int i = 0; i < FIELDS; i++) {
        g_autofree char *given = as_text(cJSON_GetObjectItemCaseSensitive(record, names[i]));
        g_autofree char *wanted = as_text(cJSON_GetObjectItemCaseSensitive(truth, names[i]));
        gboolean right = given && wanted && same(names[i], given, wanted);
        /* What nobody labelled can be neither right nor wrong. */
        if (!wanted)
            continue;
        scores[i].given += given != NULL;
        scores[i].truth++;
        scores[i].right += right;
        scores[i].loose += given && loosely_same(names[i], given, wanted);
        scores[i].words += given ? word_f1(given, wanted) : 0;
        if (verbose && !right)
            printf("%s %-8s got  %s\n%*s want %s\n", id, names[i], given ? given : "-",
                   (int)strlen(id) + 9, "", wanted);
    }
}

static double f1(guint right, guint given, guint truth)
{
    return given + truth > 0 ? 2.0 * right / (given + truth) : 0.0;
}

static void print_scores(const Score *scores, guint documents)
{
    double mean = 0, loose = 0;
    printf("%-8s %6s %6s %6s %6s %9s %7s\n", "field", "right", "given", "truth", "F1", "F1 loose",
           "words");
    for (int i = 0; i < FIELDS; i++) {
        const Score *s = &scores[i];
        double strict = f1(s->right, s->given, s->truth),
               free_form = f1(s->loose, s->given, s->truth);
        mean += strict / FIELDS;
        loose += free_form / FIELDS;
        printf("%-8s %6u %6u %6u %6.3f %9.3f %7.3f\n", names[i], s->right, s->given, s->truth,
               strict, free_form, s->truth ? s->words / s->truth : 0.0);
    }
    printf("mean of %u receipts: F1 %.3f, spaces and punctuation aside %.3f\n", documents, mean,
           loose);
}

/* The labels as a record: date in ISO, total as number, null for what nobody labelled. */
static cJSON *truth_record(const cJSON *truth)
{
    ValueDate date;
    ValueNumber total;
    const char *day = json_string(truth, "date", NULL), *sum = json_string(truth, "total", NULL);
    const char *company = json_string(truth, "company", NULL);
    const char *address = json_string(truth, "address", NULL);
    cJSON *record = cJSON_CreateObject();
    gboolean dated = day && value_parse_date(day, -1, VALUE_ORDER_DMY, &date);
    cJSON_AddItemToObject(record, "company",
                          company ? cJSON_CreateString(company) : cJSON_CreateNull());
    cJSON_AddItemToObject(record, "address",
                          address ? cJSON_CreateString(address) : cJSON_CreateNull());
    cJSON_AddItemToObject(record, "date",
                          dated ? cJSON_CreateString(date.iso) : cJSON_CreateNull());
    cJSON_AddNullToObject(record, "currency");
    gboolean summed = sum && value_find_money(sum, -1, VALUE_DECIMAL_POINT, &total);
    cJSON_AddItemToObject(record, "total",
                          summed ? cJSON_CreateNumber(total.number) : cJSON_CreateNull());
    return record;
}

static cJSON *truth_of(const char *folder, const char *document)
{
    g_autofree char *base = g_path_get_basename(document);
    char *dot = strrchr(base, '.');
    if (dot)
        *dot = '\0';
    g_autofree char *file = g_strdup_printf("%s/%s.json", folder, base);
    return json_load(file, NULL);
}

static int print_truth(const char *folder, char **images)
{
    for (; *images; images++) {
        g_autoptr(cJSON) truth = truth_of(folder, *images);
        g_autoptr(cJSON) line = cJSON_CreateObject();
        g_autofree char *bytes = NULL;
        gsize length;
        if (!truth || !g_file_get_contents(*images, &bytes, &length, NULL)) {
            fprintf(stderr, "score-receipts: no image or no truth: %s\n", *images);
            return 1;
        }
        g_autofree char *sha256 = bytes_sha256(bytes, length);
        cJSON_AddStringToObject(line, "sha256", sha256);
        cJSON_AddItemToObject(line, "record", truth_record(truth));
        g_autofree char *text = json_print(line, FALSE);
        puts(text);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--truth") == 0)
        return print_truth(argv[2], argv + 3);
    gboolean verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    const char *folder = argv[argc - 1];
    Score scores[FIELDS] = {0};
    guint documents = 0;
    if (argc < 2 + verbose) {
        fprintf(stderr, "usage: score-receipts [-v] TRUTH_FOLDER < records.jsonl\n");
        return 2;
    }
    g_autofree char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0) {
        g_autoptr(cJSON) wrapped = json_parse(line, (gsize)length, NULL);
        const char *name = json_string(json_at(wrapped, "/meta/document"), "name", "");
        g_autoptr(cJSON) truth = truth_of(folder, name);
        if (!wrapped || !truth) {
            fprintf(stderr, "score-receipts: no truth for \"%s\"\n", name);
            return 1;
        }
        score_one(cJSON_GetObjectItemCaseSensitive(wrapped, "record"), truth, scores, name,
                  verbose);
        documents++;
    }
    print_scores(scores, documents);
    return documents > 0 ? 0 : 1;
}
