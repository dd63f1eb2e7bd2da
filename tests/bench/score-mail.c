/* Reads mails and holds them against X.json beside each X (subject, from, date, parts, text_plain and
 * defects, as Python's e-mail parser gives them), for bench/mail.sh. Usage: score-mail [-v] FILE...
 * Prints what is not as the reference has it, then shares over the mails without defects. */
#include "pipeline/core/json.h"
#include "stages/read/techniques/technique.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    guint right, of;
} Share;

typedef struct {
    Share subject, from, date, names;
    Share words, mails; /* words of the text; mails with a recall of 0.98 or more */
    guint read, refused;
    gboolean verbose;
    const char *file;
} Score;

/* ---- words ---- */

static GHashTable *count_words(const char *text, guint *n)
{
    GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    g_auto(GStrv) parts = g_regex_split_simple("[\\s\\x{A0}\\x{AD}\\x{200B}]+", composed, 0, 0);
    for (guint i = 0; parts && parts[i]; i++) {
        /* What the reference could not decode itself is no truth. */
        if (!*parts[i] || strstr(parts[i], "\xef\xbf\xbd"))
            continue;
        guint before = GPOINTER_TO_UINT(g_hash_table_lookup(words, parts[i]));
        g_hash_table_insert(words, g_strdup(parts[i]), GUINT_TO_POINTER(before + 1));
        (*n)++;
    }
    return words;
}

static guint common_words(GHashTable *truth, GHashTable *found)
{
    GHashTableIter iter;
    gpointer word, n;
    guint common = 0;
    g_hash_table_iter_init(&iter, truth);
    while (g_hash_table_iter_next(&iter, &word, &n))
        common += MIN(GPOINTER_TO_UINT(n), GPOINTER_TO_UINT(g_hash_table_lookup(found, word)));
    return common;
}

/* The reference leaves files in the text that are written into it (uuencode); we take them out, as
 * attachments. Caller frees. */
static char *without_files(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *rest = g_string_new(NULL);
    gboolean inside = FALSE;
    for (guint i = 0; lines[i]; i++) {
        inside |= g_regex_match_simple("^begin [0-7]{3} \\S", lines[i], 0, 0);
        if (!inside)
            g_string_append_printf(rest, "%s\n", lines[i]);
        inside &= !g_regex_match_simple("^end\\s*$", lines[i], 0, 0);
    }
    return g_string_free(rest, FALSE);
}

static void score_text(Score *score, const cJSON *truth, const Reading *reading)
{
    g_autofree char *text = without_files(json_string(truth, "text_plain", ""));
    guint of = 0, n = 0;
    g_autofree char *all = reading_to_text(reading);
    g_autoptr(GHashTable) wanted = count_words(text, &of);
    g_autoptr(GHashTable) found = count_words(all, &n);
    guint right = common_words(wanted, found);
    if (of == 0)
        return;
    score->words.of += of;
    score->words.right += right;
    score->mails.of++;
    score->mails.right += right >= 0.98 * of;
    if (score->verbose && right < 0.98 * of)
        printf("%s: %u of %u words\n", score->file, right, of);
}

/* ---- fields ---- */

/* The value of a header field as it was read. Caller frees. */
static char *field_of(const Reading *reading, const char *name)
{
    for (guint i = 0; i < reading->lines->len; i++) {
        const Line *line = reading_line(reading, i);
        const Word *first = reading_word(reading, line->first_word);
        if (first->column == 0 && strcmp(reading_word_text(reading, first), name) == 0)
            return reading_words_text(reading, line->first_word + 1, line->n_words - 1);
    }
    return g_strdup("");
}

/* "Doug <doug@example.com>" -> "doug@example.com" */
static char *address_of(const char *text)
{
    const char *open = strrchr(text, '<');
    return open ? g_strndup(open + 1, strcspn(open + 1, ">")) : g_strdup(text);
}

static char *squeezed(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    g_auto(GStrv) words = g_regex_split_simple("\\s+", composed ? composed : "", 0, 0);
    return g_strstrip(g_strjoinv(" ", words));
}

static void score_field(Score *score, Share *share, const cJSON *truth, const Reading *reading,
                        const char *key, const char *name, gboolean address)
{
    const char *value = json_string(truth, key, NULL);
    if (!value || strstr(value, "\xef\xbf\xbd"))
        return;
    g_autofree char *field = field_of(reading, name);
    g_autofree char *is = address ? address_of(field) : squeezed(field);
    g_autofree char *part = address ? address_of(value) : g_strdup(value);
    g_autofree char *should = squeezed(part);
    gboolean same = strcmp(is, should) == 0;
    share->of++;
    share->right += same;
    if (score->verbose && !same)
        printf("%s: %s is \"%s\", not \"%s\"\n", score->file, key, is, should);
}

/* The reference writes dates anew: they are held against each other as moments. */
static void score_date(Score *score, const cJSON *truth, const Reading *reading)
{
    const char *value = json_string(truth, "date", NULL);
    g_autoptr(GDateTime) should = value ? g_mime_utils_header_decode_date(value) : NULL;
    if (!should)
        return;
    g_autofree char *field = field_of(reading, "Date");
    g_autoptr(GDateTime) is = g_mime_utils_header_decode_date(field);
    gboolean same = is && g_date_time_equal(is, should);
    score->date.of++;
    score->date.right += same;
    if (score->verbose && !same)
        printf("%s: date is \"%s\", not \"%s\"\n", score->file, field, value);
}

static gboolean is_attached(const Reading *reading, const char *name)
{
    for (guint i = 0; i < reading->attachments->len; i++) {
        const Attachment *attachment = reading->attachments->pdata[i];
        g_autofree char *is = squeezed(attachment->name);
        if (strcmp(is, name) == 0)
            return TRUE;
    }
    return FALSE;
}

static void score_names(Score *score, const cJSON *truth, const Reading *reading)
{
    const cJSON *part;
    cJSON_ArrayForEach(part, cJSON_GetObjectItem(truth, "parts"))
    {
        const char *name = json_string(part, "filename", NULL);
        g_autofree char *should = name ? squeezed(name) : NULL;
        if (!should || strstr(should, "\xef\xbf\xbd"))
            continue;
        gboolean there = is_attached(reading, should);
        score->names.of++;
        score->names.right += there;
        if (score->verbose && !there)
            printf("%s: no attachment \"%s\"\n", score->file, should);
    }
}

/* ---- files ---- */

static void score_file(Score *score, const char *path)
{
    g_autofree char *reference = g_strconcat(path, ".json", NULL);
    g_autoptr(cJSON) truth = json_load(reference, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &data, &length, &error))
        g_error("%s", error->message);
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&data), length);
    TechniqueInput input = {
        .bytes = bytes, .media_type = "message/rfc822", .first_page = 1, .languages = "eng"};
    g_autoptr(Reading) reading = technique_find(input.media_type)->read(&input, &error);
    score->file = path;
    score->read += reading != NULL;
    score->refused += reading == NULL;
    if (!reading)
        printf("%s: %s: %s\n", path, docket_error_reason(error->code), error->message);
    const cJSON *defects = truth ? cJSON_GetObjectItem(truth, "defects") : NULL;
    if (!reading || !truth || cJSON_GetArraySize(defects) > 0)
        return;
    score_field(score, &score->subject, truth, reading, "subject", "Subject", FALSE);
    score_field(score, &score->from, truth, reading, "from", "From", TRUE);
    score_date(score, truth, reading);
    score_names(score, truth, reading);
    score_text(score, truth, reading);
}

static void print_share(const char *name, Share share)
{
    printf("%-36s %.4f  (%u of %u)\n", name, share.of ? (double)share.right / share.of : 1,
           share.right, share.of);
}

int main(int argc, char **argv)
{
    Score score = {.verbose = argc > 1 && strcmp(argv[1], "-v") == 0};
    for (int i = 1 + score.verbose; i < argc; i++)
        score_file(&score, argv[i]);
    printf("%u mails read, %u refused with a reason\n", score.read, score.refused);
    print_share("subject", score.subject);
    print_share("from, the address", score.from);
    print_share("date", score.date);
    print_share("names of attachments", score.names);
    print_share("words of the plain text", score.words);
    print_share("mails with recall of 0.98 and more", score.mails);
    return 0;
}
