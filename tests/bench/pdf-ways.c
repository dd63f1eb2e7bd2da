/* Both ways of reading a PDF's text side by side: our own (pdf-words.h) and Poppler's (pdf-layer.h).
 * Usage: pdf-ways [-v] FILE...
 * One line a file: pages, those that are read our way, those that are not, F1 of the words of the former against
 * Poppler's, words of ours that are not proved to be seen. With -v each page, why it is not read our way, these
 * words (?), and those in which the two ways differ (+ ours, - Poppler's). */
#include "stages/read/techniques/libraries.h"
#include "stages/read/techniques/pdf/pdf-file.h"
#include "stages/read/techniques/pdf/pdf-hidden.h"
#include "stages/read/techniques/pdf/pdf-layer.h"
#include "stages/read/techniques/pdf/pdf-picture.h"
#include "stages/read/techniques/technique.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    guint pages, ours;
    guint doubts;        /* words of ours that may be hidden */
    guint common, words; /* of both ways together */
} Count;

static GHashTable *bag_of(const PdfText *text)
{
    GHashTable *bag = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < text->words->len; i++) {
        gpointer word = (gpointer)g_array_index(text->words, LayoutWord, i).text;
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(bag, word));
        g_hash_table_insert(bag, word, GUINT_TO_POINTER(n + 1));
    }
    return bag;
}

static guint count_common(const PdfText *text, const PdfText *other, char sign, gboolean verbose)
{
    g_autoptr(GHashTable) bag = bag_of(other);
    guint common = 0;
    for (guint i = 0; i < text->words->len; i++) {
        const LayoutWord *word = &g_array_index(text->words, LayoutWord, i);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(bag, word->text));
        common += n > 0;
        if (n > 0)
            g_hash_table_insert(bag, (gpointer)word->text, GUINT_TO_POINTER(n - 1));
        else if (verbose)
            printf("    %c %s  at %.1f %.1f %.1f %.1f size %.1f\n", sign, word->text, word->rect.x0,
                   word->rect.y0, word->rect.x1, word->rect.y1, word->size);
    }
    return common;
}

static guint count_doubts(const PdfPaint *paint, gboolean verbose)
{
    guint doubts = 0;
    pdf_hidden_prove(paint);
    for (guint i = 0; i < paint->text->words->len; i++) {
        const LayoutWord *word = &g_array_index(paint->text->words, LayoutWord, i);
        const PdfInk *ink = &g_array_index(paint->text->inks, PdfInk, i);
        doubts += ink->sight == PDF_IN_DOUBT;
        if (verbose && ink->sight != PDF_SEEN)
            printf("    ? %s  at %.1f %.1f %.1f %.1f ink %.2f to %.2f%s\n", word->text, ink->box.x0,
                   ink->box.y0, ink->box.x1, ink->box.y1, (double)ink->darkest,
                   (double)ink->lightest, ink->whole ? "" : ", clipped");
    }
    return doubts;
}

static void compare_page(PdfFile *file, guint number, gboolean verbose, Count *count)
{
    g_autoptr(PdfPaint) paint = file->map ? pdf_paint_new(file->map, number) : NULL;
    g_autoptr(PopplerPage) page = pdf_file_page(file, number);
    count->pages++;
    if (!paint || paint->odd) {
        if (verbose)
            printf("  page %u: %s\n", number, paint ? paint->odd : "an odd file");
        return;
    }
    count->ours++;
    count->doubts += count_doubts(paint, verbose);
    if (!page)
        return;
    g_autoptr(PdfText) layer = pdf_layer_read(page, 1);
    if (verbose)
        printf("  page %u: ours\n", number);
    count->common += count_common(paint->text, layer, '+', verbose);
    count_common(layer, paint->text, '-', verbose);
    count->words += paint->text->words->len + layer->words->len;
}

static gboolean compare_file(const char *path, gboolean verbose)
{
    g_autoptr(GError) error = NULL;
    char *data;
    gsize length;
    if (!g_file_get_contents(path, &data, &length, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, length);
    TechniqueInput input = {.bytes = bytes, .media_type = "application/pdf"};
    g_autoptr(PdfFile) file = pdf_file_open(&input, &error);
    Count count = {0};
    for (guint i = 1; file && i <= file->pages; i++)
        compare_page(file, i, verbose, &count);
    g_autofree char *name = g_path_get_basename(path);
    if (!file)
        printf("%s: %s\n", name, error->message);
    else
        printf("%s: %u pages, %u ours, %u not, F1 %.4f of %u words, %u in doubt\n", name,
               count.pages, count.ours, count.pages - count.ours,
               count.words ? 2.0 * count.common / count.words : 1, count.words / 2, count.doubts);
    return file != NULL;
}

int main(int argc, char **argv)
{
    gboolean ok = TRUE, verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    libraries_silence();
    for (int i = 1 + verbose; i < argc; i++)
        ok &= compare_file(argv[i], verbose);
    return ok ? 0 : 1;
}
