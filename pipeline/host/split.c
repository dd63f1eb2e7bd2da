/* Weighted rendezvous hashing (Thaler and Ravishankar 1998; the weights as in Schindelhauer and
 * Schomaker 2005): each name draws a number from the document's hash, the best draw wins. */
#include "pipeline/host/split.h"

#include <math.h>
#include <string.h>

#include "pipeline/core/error.h"

static void split_part_clear(gpointer data)
{
    g_free(((SplitPart *)data)->name);
}

static Split *split_new(void)
{
    Split *split = g_new0(Split, 1);
    split->parts = g_array_new(FALSE, TRUE, sizeof(SplitPart));
    g_array_set_clear_func(split->parts, split_part_clear);
    return split;
}

void split_free(Split *split)
{
    if (!split)
        return;
    g_array_unref(split->parts);
    g_free(split);
}

static const SplitPart *split_part(const Split *split, guint i)
{
    return &g_array_index(split->parts, SplitPart, i);
}

static gboolean split_is_name(const char *name)
{
    return *name && strlen(name) <= 64 && *name != '-' &&
           strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-") == strlen(name);
}

static gboolean split_add(Split *split, char *word, GError **error)
{
    double share = 1;
    char *colon = strchr(word, ':'), *end = NULL;
    if (colon) {
        *colon = '\0';
        share = g_ascii_strtod(colon + 1, &end);
        if (end == colon + 1 || *end || !(share > 0 && share <= 1e6)) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                        "the share after \"%.60s:\" must be a number above 0, not \"%.60s\"", word,
                        colon + 1);
            return FALSE;
        }
    }
    if (!split_is_name(word)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "\"%.60s\" is no name: letters, digits, '_', '.' and '-', at most 64", word);
        return FALSE;
    }
    if (split_share(split, word) > 0 || split->parts->len >= SPLIT_MAX_PARTS) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    split_share(split, word) > 0 ? "\"%.60s\" stands there twice"
                                                 : "\"%.60s\" is one name too many",
                    word);
        return FALSE;
    }
    SplitPart part = {g_strdup(word), share};
    g_array_append_val(split->parts, part);
    return TRUE;
}

Split *split_parse(const char *text, GError **error)
{
    g_autoptr(Split) split = split_new();
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    for (guint i = 0; words[i]; i++)
        if (*words[i] && !split_add(split, words[i], error))
            return NULL;
    if (split->parts->len == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG, "no name is given");
        return NULL;
    }
    return g_steal_pointer(&split);
}

Split *split_single(const char *name)
{
    Split *split = split_new();
    SplitPart part = {g_strdup(name), 1};
    g_array_append_val(split->parts, part);
    return split;
}

char *split_to_text(const Split *split)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < split->parts->len; i++) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf(out, "%s%s", i ? " " : "", split_part(split, i)->name);
        if (split->parts->len > 1)
            g_string_append_printf(
                out, ":%s",
                g_ascii_formatd(number, sizeof number, "%.6g", split_part(split, i)->share));
    }
    return g_string_free(out, FALSE);
}

double split_share(const Split *split, const char *name)
{
    double sum = 0, share = 0;
    for (guint i = 0; i < split->parts->len; i++) {
        sum += split_part(split, i)->share;
        if (g_str_equal(split_part(split, i)->name, name))
            share = split_part(split, i)->share;
    }
    return sum > 0 ? share / sum : 0;
}

/* A number in (0, 1), evenly spread over documents: 53 bits of a hash of all three. */
static double split_draw(const char *what, const char *sha256, const char *name)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    guint64 bits = 0;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *const parts[] = {what, sha256, name};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        g_checksum_update(sum, (const guchar *)parts[i], (gssize)strlen(parts[i]) + 1);
    g_checksum_get_digest(sum, digest, &length);
    for (guint i = 0; i < 8; i++)
        bits = bits << 8 | digest[i];
    return ((double)(bits >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

const char *split_choose(const Split *split, const char *what, const char *sha256)
{
    const char *best = split_part(split, 0)->name;
    double least = INFINITY;
    for (guint i = 0; i < split->parts->len && split->parts->len > 1; i++) {
        const SplitPart *part = split_part(split, i);
        double draw = -log(split_draw(what, sha256, part->name)) / part->share;
        if (draw < least) {
            least = draw;
            best = part->name;
        }
    }
    return best;
}
