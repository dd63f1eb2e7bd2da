/* Recognise: which pack a document belongs to, by where it was put, by its columns, or by the words
 * in it; then whether the ledger already knows the record for the same content. */
#include "pipeline/host/engine.h"
#include "stages/stages.h"
#include <string.h>

/* What tells an invoice from a receipt stands on the first pages. */
#define MAX_CHARS 40000

/* The reading's words in lower case, one space between and around them. */
static char *folded_words(const Reading *r)
{
    GString *text = g_string_new(" ");
    for (guint i = 0; i < r->words->len && text->len < MAX_CHARS; i++) {
        const Word *word = reading_word(r, i);
        g_string_append_len(text, reading_word_text(r, word), word->length);
        g_string_append_c(text, ' ');
    }
    g_autofree char *raw = g_string_free(text, FALSE);
    return g_utf8_strdown(raw, -1);
}

static gboolean is_letter_at(const char *p)
{
    return g_unichar_isalnum(g_utf8_get_char(p));
}

/* TRUE when the phrase stands there as words of its own: "total" is not in "subtotal". */
static gboolean has_phrase(const char *text, const char *phrase)
{
    gsize n = strlen(phrase);
    for (const char *p = text; n && (p = strstr(p, phrase)); p++) {
        const char *before = g_utf8_find_prev_char(text, p);
        if ((!before || !is_letter_at(before) || !is_letter_at(phrase)) &&
            (!is_letter_at(p + n) || !is_letter_at(g_utf8_prev_char(p + n))))
            return TRUE;
    }
    return FALSE;
}

static double score_words(const Pack *pack, const char *text)
{
    double score = 0;
    for (guint i = 0; i < pack->words->len; i++) {
        const PackWord *word = &g_array_index(pack->words, PackWord, i);
        if (has_phrase(text, word->word))
            score += word->weight;
    }
    return score;
}

/* The share of the pack's columns that the row has. A row's key may hold a column as its last part:
 * "product_title" has "title". */
static double score_columns(const Pack *pack, const cJSON *row)
{
    guint n = 0, found = 0;
    for (char **column = pack->columns; column && *column; column++, n++) {
        for (const cJSON *cell = row->child; cell; cell = cell->next) {
            g_autofree char *key = g_utf8_strdown(cell->string, -1);
            if (strcmp(key, *column) == 0 || g_str_has_suffix(key, *column)) {
                found++;
                break;
            }
        }
    }
    return n ? (double)found / n : 0;
}

/* All rows of a batch are of the pack that its first row was found to be. */
static const Pack *recognise_row(Job *job)
{
    if (job->parent->pack)
        return job->parent->pack;
    g_autoptr(cJSON) row = json_parse(job->row_json, strlen(job->row_json), NULL);
    GPtrArray *packs = engine_packs(job->engine);
    const Pack *best = NULL;
    for (guint i = 0; row && i < packs->len; i++) {
        const Pack *pack = packs->pdata[i];
        double score = score_columns(pack, row);
        if (score >= 0.5 && score > job->pack_score) {
            job->pack_score = score;
            best = pack;
        }
    }
    job->parent->pack = best;
    return best;
}

static const Pack *recognise_text(Job *job)
{
    g_autofree char *text = folded_words(job->reading);
    GPtrArray *packs = engine_packs(job->engine);
    const Pack *best = NULL;
    for (guint i = 0; i < packs->len; i++) {
        const Pack *pack = packs->pdata[i];
        double score = score_words(pack, text);
        if (score >= pack->recognise_at && score > job->pack_score) {
            job->pack_score = score;
            best = pack;
        }
    }
    return best;
}

/* A mail that brings documents is one itself only when more speaks for it than the words of a covering
 * letter do: "please find our invoice 17 attached". */
#define CARRIER_FACTOR 2

static gboolean only_carries(const Job *job)
{
    if (!job->children || job->kind != JOB_DOCUMENT)
        return FALSE;
    if (!job->pack)
        return TRUE;
    g_autofree char *text = folded_words(job->reading);
    return score_words(job->pack, text) < CARRIER_FACTOR * job->pack->recognise_at;
}

/* Its verdict is that of a container: it is what it holds. */
static StageStep become_container(Job *job)
{
    job->kind = JOB_CONTAINER;
    job->pack = NULL;
    job->pack_score = 0;
    job_reason(job, "carrier", "no pack recognises its own text: what counts is what it carries");
    return STAGE_DONE;
}

static gboolean find_pack(Job *job, GError **error)
{
    const char *wanted = job->parent ? job->parent->wanted_pack : job->wanted_pack;
    if (wanted) {
        job->pack = packs_find(engine_packs(job->engine), wanted);
        job->pack_score = 1;
        if (!job->pack)
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_PACK, "there is no pack \"%s\"",
                        wanted);
        return job->pack != NULL;
    }
    job->pack = job->kind == JOB_ROW ? recognise_row(job) : NULL;
    if (!job->pack)
        job->pack = recognise_text(job);
    if (!job->pack)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_PACK,
                    "nothing in it tells which pack it belongs to");
    return job->pack != NULL;
}

/* Takes over what the ledger knows of the same content: nothing is paid or judged twice (Law 2). */
static gboolean take_known(Job *job, const LedgerDocument *known, GError **error)
{
    g_autoptr(cJSON) root = json_parse(known->record, strlen(known->record), error);
    g_autoptr(cJSON) meta = json_parse(known->meta, strlen(known->meta), error);
    if (!root || !meta)
        return FALSE;
    Method method = method_from_name(known->method);
    Record *record = record_new(g_steal_pointer(&root), method);
    record_fields_from_json(record, cJSON_GetObjectItemCaseSensitive(meta, "fields"));
    record->confidence = known->confidence;
    job_set_record(job, record);
    job->schema_valid = known->verdict != VERDICT_REVIEW;
    job->verdict = known->verdict;
    job->duplicate_of = g_strdup(known->name);
    job_reason(job, "duplicate",
               "same content as document %" G_GINT64_FORMAT ", whose record it gets", known->id);
    return TRUE;
}

static StageStep run(Job *job, GError **error)
{
    if (job->children && !job->content_key) {
        if (job->reading->words->len > 0 && !find_pack(job, error) && job->wanted_pack)
            return STAGE_ERROR;
        g_clear_error(error);
        if (only_carries(job))
            return become_container(job);
    }
    gboolean silent = job->reading->words->len == 0;
    /* Without a word, nothing but its place tells what it is. */
    gboolean placed = job->parent ? job->parent->wanted_pack != NULL : job->wanted_pack != NULL;
    if ((!silent || placed) && !job->pack && !find_pack(job, error))
        return STAGE_ERROR;
    if (silent && !job_is_looked_at(job)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "no text was found in it");
        return STAGE_ERROR;
    }
    g_autofree char *key =
        g_strdup_printf("%s %s %s", job->sha256, job->pack->name, job->pack->version);
    if (!job->content_key && !engine_claim_content(job, key))
        return STAGE_WAIT;
    g_autoptr(GError) local = NULL;
    g_autoptr(LedgerDocument) known =
        ledger_find_same(engine_ledger(job->engine), job->sha256, job->pack->name,
                         job->pack->version, job->settings, &local);
    if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
        return STAGE_ERROR;
    }
    if (!known || known->id == job->id || !known->record || !known->meta)
        return STAGE_NEXT;
    return take_known(job, known, error) ? STAGE_DONE : STAGE_ERROR;
}

const Stage stage_recognise = {
    .name = "recognise",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW,
    .run = run,
};
