/* Grounding on receipts with truth: how many true values are found, and how many false ones are
 * wrongly called found. The text is the data set's own transcript, so that reading errors do not
 * count. Skipped without the data ($DOCKET_CORPUS). */
#include "stages/check/ground.h"

#include "pipeline/core/values.h"

#include <string.h>

typedef struct {
    guint tried, found;
} Share;

typedef struct {
    char *id;
    cJSON *truth;
    Reading *reading;
} Receipt;

static void receipt_free(gpointer data)
{
    Receipt *receipt = data;
    g_free(receipt->id);
    cJSON_Delete(receipt->truth);
    reading_free(receipt->reading);
    g_free(receipt);
}

static char *folder(void)
{
    const char *corpus = g_getenv("DOCKET_CORPUS");
    const char *source = g_getenv("DOCKET_SOURCE");
    if (corpus != NULL)
        return g_build_filename(corpus, "receipts-sroie", NULL);
    return g_build_filename(source == NULL ? "." : source, "..", "shared", "corpus",
                            "receipts-sroie", NULL);
}

static cJSON *load(const char *base, const char *below, const char *id, const char *suffix)
{
    g_autofree char *name = g_strconcat(id, suffix, NULL);
    g_autofree char *path = g_build_filename(base, below, name, NULL);
    return json_load(path, NULL);
}

/* Every box is a line; its words share its width by their letters. */
static void add_box(Reading *reading, const cJSON *box)
{
    const char *text = json_string(box, "text", "");
    const cJSON *corners = cJSON_GetObjectItemCaseSensitive(box, "box");
    double x0 = cJSON_GetArrayItem(corners, 0)->valuedouble;
    double x1 = cJSON_GetArrayItem(corners, 4)->valuedouble;
    double y0 = cJSON_GetArrayItem(corners, 1)->valuedouble;
    double y1 = cJSON_GetArrayItem(corners, 5)->valuedouble;
    double step = MAX(x1 - x0, 1) / MAX((double)strlen(text), 1);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    double x = x0;
    reading_begin_line(reading);
    for (char **word = words; *word != NULL; word++) {
        double width = step * (double)strlen(*word);
        if (**word != '\0')
            reading_add_word(reading, *word, -1, (Rect){x, MIN(y0, y1), x + width, MAX(y0, y1)}, -1,
                             -1, 0);
        x += width + step;
    }
}

static Reading *read_boxes(const char *base, const char *id)
{
    g_autofree char *name = g_strconcat(id, ".jsonl", NULL);
    g_autofree char *path = g_build_filename(base, "boxes", name, NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    Reading *reading = reading_new("image/jpeg");
    reading_begin_page(reading, 1, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 2000, 4000);
    reading_begin_block(reading, BLOCK_PARAGRAPH, 0);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autoptr(cJSON) box = json_parse(*line, strlen(*line), NULL);
        if (box != NULL)
            add_box(reading, box);
    }
    reading_end_page(reading);
    return reading;
}

static GPtrArray *load_receipts(void)
{
    GPtrArray *receipts = g_ptr_array_new_with_free_func(receipt_free);
    g_autofree char *base = folder();
    g_autofree char *images = g_build_filename(base, "images", NULL);
    g_autoptr(GDir) dir = g_dir_open(images, 0, NULL);
    g_assert_nonnull(dir);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_suffix(name, ".json"))
            continue;
        Receipt *receipt = g_new0(Receipt, 1);
        receipt->id = g_strndup(name, strlen(name) - strlen(".json"));
        receipt->truth = load(base, "images", receipt->id, ".json");
        receipt->reading = read_boxes(base, receipt->id);
        g_assert_nonnull(receipt->truth);
        g_assert_nonnull(receipt->reading);
        g_ptr_array_add(receipts, receipt);
    }
    return receipts;
}

/* As a record has it: dates in ISO, amounts as numbers. NULL when the label is none of these. */
static cJSON *as_record(const char *field, const char *text)
{
    ValueDate date;
    ValueNumber number;
    if (text == NULL || *text == '\0')
        return NULL;
    if (strcmp(field, "date") == 0)
        return value_parse_date(text, -1, VALUE_ORDER_DMY, &date) ? cJSON_CreateString(date.iso)
                                                                  : NULL;
    if (strcmp(field, "total") == 0)
        return value_parse_money(text, -1, VALUE_DECIMAL_POINT, &number)
                   ? cJSON_CreateNumber(number.number)
                   : NULL;
    return cJSON_CreateString(text);
}

static double ground_one(GroundIndex *index, const char *field, cJSON *value, Grounded *grounded)
{
    g_autoptr(cJSON) schema = cJSON_Parse("{}");
    g_autoptr(CheckFields) fields = check_fields_new(schema, NULL);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddItemToObject(root, field, value);
    g_autoptr(Record) record = record_new(root, METHOD_MODEL);
    ground_record(index, fields, NULL, record);
    g_autofree char *pointer = g_strconcat("/", field, NULL);
    const Field *found = g_hash_table_lookup(record->fields, pointer);
    *grounded = found->grounded;
    return found->confidence;
}

/* One digit other than it is; NULL when there is none. */
static char *other_digit(const char *text, guint seed)
{
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; text[i] != '\0'; i++) {
        if (g_ascii_isdigit(text[i]))
            g_array_append_val(places, i);
    }
    if (places->len == 0)
        return NULL;
    char *changed = g_strdup(text);
    guint place = g_array_index(places, guint, seed % places->len);
    changed[place] = (char)('0' + (changed[place] - '0' + 1 + seed % 8) % 10);
    return changed;
}

static const char *const names[] = {"company", "date", "address", "total"};

static void test_true_values(gconstpointer data)
{
    const GPtrArray *receipts = data;
    Share all = {0}, sure = {0};
    for (guint i = 0; i < receipts->len; i++) {
        const Receipt *receipt = g_ptr_array_index(receipts, i);
        g_autoptr(GroundIndex) index = ground_index_new(receipt->reading);
        for (gsize n = 0; n < G_N_ELEMENTS(names); n++) {
            cJSON *value = as_record(names[n], json_string(receipt->truth, names[n], NULL));
            if (value == NULL)
                continue;
            Grounded grounded;
            double confidence = ground_one(index, names[n], value, &grounded);
            all.tried++;
            all.found += grounded != GROUNDED_NONE;
            sure.found += confidence >= 0.75;
            if (grounded == GROUNDED_NONE)
                g_test_message("not found: %s %s \"%s\"", receipt->id, names[n],
                               json_string(receipt->truth, names[n], ""));
        }
    }
    g_test_message("true values found: %u of %u (%.3f); with confidence 0.75: %.3f", all.found,
                   all.tried, (double)all.found / all.tried, (double)sure.found / all.tried);
    g_assert_cmpfloat((double)all.found / all.tried, >=, 0.98);
}

static void test_false_values(gconstpointer data)
{
    const GPtrArray *receipts = data;
    Share all = {0}, sure = {0};
    for (guint i = 0; i < receipts->len; i++) {
        const Receipt *receipt = g_ptr_array_index(receipts, i);
        const Receipt *other = g_ptr_array_index(receipts, (i + 7) % receipts->len);
        g_autoptr(GroundIndex) index = ground_index_new(receipt->reading);
        for (gsize n = 0; n < G_N_ELEMENTS(names); n++) {
            const char *truth = json_string(receipt->truth, names[n], NULL);
            g_autofree char *changed = truth == NULL || strcmp(names[n], "company") == 0
                                           ? g_strdup(json_string(other->truth, names[n], NULL))
                                           : other_digit(truth, i * 5 + (guint)n);
            /* Chains have one name for many receipts. */
            if (changed == NULL || g_strcmp0(changed, truth) == 0)
                continue;
            cJSON *value = as_record(names[n], changed);
            if (value == NULL)
                continue;
            Grounded grounded;
            double confidence = ground_one(index, names[n], value, &grounded);
            all.tried++;
            all.found += grounded != GROUNDED_NONE;
            sure.found += confidence >= 0.75;
            if (grounded != GROUNDED_NONE)
                g_test_message("wrongly found: %s %s \"%s\" (%s, %.2f)", receipt->id, names[n],
                               changed, grounded_name(grounded), confidence);
        }
    }
    g_test_message("false values called found: %u of %u (%.3f); with confidence 0.75: %.3f",
                   all.found, all.tried, (double)all.found / all.tried,
                   (double)sure.found / all.tried);
    g_assert_cmpfloat((double)all.found / all.tried, <=, 0.03);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *base = folder();
    if (!g_file_test(base, G_FILE_TEST_IS_DIR)) {
        g_print("skipped: no receipts at %s (set DOCKET_CORPUS)\n", base);
        return 77;
    }
    g_autoptr(GPtrArray) receipts = load_receipts();
    g_test_add_data_func("/ground-corpus/true-values", receipts, test_true_values);
    g_test_add_data_func("/ground-corpus/false-values", receipts, test_false_values);
    return g_test_run();
}
