/* Any text as a document that is too long for a model: the limit holds, every line that is shown is one
 * of the document's in its order, and what the marks and the report say is missing is what is missing.
 * The first two bytes are the limit; form feeds part pages, empty lines blocks. */
#include <string.h>

#include "stages/compose/document.h"
#include "stages/compose/fit.h"
#include "stages/compose/tokens.h"
#include "tests/fuzz/fuzz.h"

static const char schema[] =
    "{\"properties\":{\"total\":{\"type\":\"number\",\"description\":\"What is to be paid\"},"
    "\"sellerName\":{\"title\":\"Seller\"},\"lines\":{\"items\":{\"$ref\":\"#\"}}}}";

static void piece_clear(gpointer data)
{
    g_free(((Piece *)data)->text);
}

static void add_block(GArray *pieces, const char *block, guint page)
{
    g_autofree char *text = g_strdup(block);
    g_strchomp(text);
    if (!*text)
        return;
    Piece piece = {.text = g_strconcat(text, "\n", NULL),
                   .page = page,
                   .kind = *text == '|' ? BLOCK_TABLE : BLOCK_PARAGRAPH,
                   .head_lines = *text == '|' ? 2 : 0,
                   .joined = *text == '-'};
    g_array_append_val(pieces, piece);
}

static GArray *pieces_from(const char *text)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    g_array_set_clear_func(pieces, piece_clear);
    g_auto(GStrv) pages = g_strsplit(text, "\f", 2000);
    for (guint p = 0; pages[p]; p++) {
        g_strdelimit(pages[p], "\f", ' ');
        g_auto(GStrv) blocks = g_strsplit(pages[p], "\n\n", -1);
        for (guint b = 0; blocks[b]; b++)
            add_block(pieces, blocks[b], p + 1);
    }
    return pieces;
}

static gsize count_lines(const GArray *pieces)
{
    gsize lines = 0;
    for (guint i = 0; i < pieces->len; i++) {
        g_auto(GStrv) all = g_strsplit(g_array_index(pieces, Piece, i).text, "\n", -1);
        for (guint k = 0; all[k]; k++)
            lines += *all[k] != '\0';
    }
    return lines;
}

static void check(const GArray *pieces, const FitLimit *limit, const Fit *fit, const char *text)
{
    gsize missing = 0, lines = count_lines(pieces);
    for (guint i = 0; i < fit->gaps->len; i++)
        missing += g_array_index(fit->gaps, FitGap, i).lines;
    g_assert(missing == fit->lines && fit->lines <= lines);
    g_assert(fit->left_out <= fit->characters);
    if (fit->gaps->len)
        g_assert((gsize)g_utf8_strlen(text, -1) <= limit->characters);
    /* The marker never stands in what it delimits. */
    g_autofree char *marker = document_marker("0123456789abcdef0123456789abcdef", text);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_assert(!strstr(lower, marker));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    g_autofree char *raw = g_strndup((const char *)data + 2, size - 2);
    g_autofree char *text = g_utf8_make_valid(raw, -1);
    Pack pack = {.schema = json_parse(schema, strlen(schema), NULL)};
    g_autoptr(Terms) terms = terms_new(&pack);
    g_autoptr(GArray) pieces = pieces_from(text);
    FitLimit limit = {.characters = 1 + data[0] + 256u * data[1], .token_factor = 1};
    g_auto(Fit) fit = {0};
    g_autofree char *fitted = fit_pieces(pieces, terms, &limit, &fit);
    if (fitted)
        check(pieces, &limit, &fit, fitted);
    cJSON_Delete(pack.schema);
    return 0;
}
