/* A reading as text, Markdown, JSON and hOCR. */
#include "reading.h"

#include "json.h"
#include <string.h>

typedef void (*BlockPrint)(const Reading *r, const Page *page, const Block *block, GString *out);

/* A running header or footer that was printed already; `printed` remembers, NULL prints all. */
static gboolean is_printed(const Reading *r, const Block *block, GHashTable *printed)
{
    if (!printed || !(block->flags & (BLOCK_HEADER | BLOCK_FOOTER)))
        return FALSE;
    return !g_hash_table_add(printed, reading_running_key(r, block));
}

/* The next block at or behind `b` that is no boilerplate and not printed yet; NULL: the page ends. */
static const Block *next_block(const Reading *r, const Page *page, guint *b, GHashTable *printed)
{
    for (; *b < page->first_block + page->n_blocks; (*b)++) {
        const Block *block = reading_block(r, *b);
        if (!(block->flags & BLOCK_BOILERPLATE) && !is_printed(r, block, printed)) {
            (*b)++;
            return block;
        }
    }
    return NULL;
}

/* Every block as `print` has it; between pages a form feed, as pdftotext has it. */
static char *print_blocks(const Reading *r, BlockPrint print, GHashTable *printed)
{
    GString *out = g_string_new(NULL);
    for (guint p = 0; p < r->pages->len; p++) {
        const Page *page = reading_page(r, p);
        if (p > 0)
            g_string_append(out, "\f");
        const Block *before = NULL, *block;
        for (guint b = page->first_block; (block = next_block(r, page, &b, printed));
             before = block) {
            if (before && !reading_list_goes_on(before, block))
                g_string_append_c(out, '\n');
            print(r, page, block, out);
        }
    }
    return g_string_free(out, FALSE);
}

static void append_line(const Reading *r, guint line, GString *out)
{
    g_autofree char *text = reading_line_text(r, line);
    g_string_append(out, text);
}

static gboolean is_broken(const Reading *r, const Block *block, guint l)
{
    const Line *line = reading_line(r, block->first_line + l);
    return reading_word(r, line->first_word + line->n_words - 1)->flags & WORD_HYPHEN;
}

/* Ends a printed line with `end`, or with nothing where the next line goes on with its last word. */
static void end_line(const Reading *r, const Block *block, guint l, const char *end, gboolean joins,
                     GString *out)
{
    const Line *line = reading_line(r, block->first_line + l);
    const Word *last = reading_word(r, line->first_word + line->n_words - 1);
    gsize hyphen = joins && l + 1 < block->n_lines && last->flags & WORD_HYPHEN
                       ? reading_hyphen_bytes(reading_word_text(r, last), last->length)
                       : 0;
    if (hyphen)
        g_string_truncate(out, out->len - hyphen);
    else
        g_string_append(out, end);
}

/* Lines as they stand. As the programs do that people compare with: of a text layer pdftotext joins
 * words that were broken, in the line in which they begin; of a scan Tesseract prints what is there. */
static void print_text(const Reading *r, const Page *page, const Block *block, GString *out)
{
    gboolean joins = page->technique != TECHNIQUE_OCR;
    for (guint l = 0; l < block->n_lines; l++) {
        gsize from = out->len;
        append_line(r, block->first_line + l, out);
        if (joins && l > 0 && is_broken(r, block, l - 1)) {
            char *rest = strchr(out->str + from, ' ');
            if (rest)
                *rest = '\n';
        }
        end_line(r, block, l, "\n", joins, out);
    }
}

char *reading_to_text(const Reading *r)
{
    return print_blocks(r, print_text, NULL);
}

/* ---- Markdown ---- */

static void print_prose(const Reading *r, const Block *block, GString *out)
{
    for (guint l = 0; l < block->n_lines; l++) {
        append_line(r, block->first_line + l, out);
        end_line(r, block, l, "\n", TRUE, out);
    }
}

static gint table_columns(const Reading *r, const Block *block)
{
    gint columns = 1;
    const Line *last = reading_line(r, block->first_line + block->n_lines - 1);
    guint first = reading_line(r, block->first_line)->first_word;
    for (guint w = first; w < last->first_word + last->n_words; w++)
        columns = MAX(columns, reading_word(r, w)->column + 1);
    return columns;
}

/* The words of a line that stand in one cell; '|' would end the cell and is escaped. */
static void append_cell(const Reading *r, const Line *line, gint column, GString *out)
{
    const Word *before = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
        const Word *word = reading_word(r, w);
        if (MAX(word->column, 0) != column)
            continue;
        reading_append_word(r, word, before, text);
        before = word;
    }
    for (const char *p = text->str; *p; p++) {
        if (*p == '|')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
}

static void print_table(const Reading *r, const Block *block, GString *out)
{
    gint columns = table_columns(r, block);
    for (guint l = 0; l < block->n_lines; l++) {
        const Line *line = reading_line(r, block->first_line + l);
        g_string_append_c(out, '|');
        for (gint c = 0; c < columns; c++) {
            g_string_append_c(out, ' ');
            append_cell(r, line, c, out);
            g_string_append(out, " |");
        }
        g_string_append_c(out, '\n');
        if (l > 0)
            continue;
        g_string_append_c(out, '|');
        for (gint c = 0; c < columns; c++)
            g_string_append(out, " --- |");
        g_string_append_c(out, '\n');
    }
}

static void print_fields(const Reading *r, const Block *block, GString *out)
{
    for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
        const Line *line = reading_line(r, l);
        if (reading_word(r, line->first_word)->column == 1) {
            g_string_append(out, "  ");
        } else {
            g_string_append(out, "- **");
            append_cell(r, line, 0, out);
            if (out->str[out->len - 1] == ':')
                g_string_truncate(out, out->len - 1);
            g_string_append(out, "**: ");
        }
        append_cell(r, line, 1, out);
        g_string_append_c(out, '\n');
    }
}

static void print_markdown(const Reading *r, const Page *page, const Block *block, GString *out)
{
    (void)page;
    switch ((BlockKind)block->kind) {
    case BLOCK_TABLE:
        print_table(r, block, out);
        return;
    case BLOCK_FIELDS:
        print_fields(r, block, out);
        return;
    case BLOCK_HEADING:
        for (guint i = 0; i < CLAMP(block->level, 1, 6); i++)
            g_string_append_c(out, '#');
        g_string_append_c(out, ' ');
        for (guint l = 0; l < block->n_lines; l++) {
            append_line(r, block->first_line + l, out);
            end_line(r, block, l, l + 1 < block->n_lines ? " " : "", TRUE, out);
        }
        g_string_append_c(out, '\n');
        return;
    case BLOCK_LIST:
        for (guint l = 0; l < block->n_lines; l++) {
            gboolean goes_on = l > 0 && is_broken(r, block, l - 1);
            for (guint i = 1; i < MIN(block->level, 20) && !goes_on; i++)
                g_string_append(out, "  ");
            if (!goes_on)
                g_string_append(out, l == 0 ? "- " : "  ");
            append_line(r, block->first_line + l, out);
            end_line(r, block, l, "\n", TRUE, out);
        }
        return;
    case BLOCK_PARAGRAPH:
    case BLOCK_LAST:
        print_prose(r, block, out);
        return;
    }
}

char *reading_to_markdown(const Reading *r)
{
    g_autoptr(GHashTable) printed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return print_blocks(r, print_markdown, printed);
}

void reading_each_markdown(const Reading *r, ReadingMarkdownVisit visit, gpointer data)
{
    g_autoptr(GHashTable) printed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint p = 0; p < r->pages->len; p++) {
        const Page *page = reading_page(r, p);
        const Block *block;
        for (guint b = page->first_block; (block = next_block(r, page, &b, printed));) {
            g_string_truncate(text, 0);
            print_markdown(r, page, block, text);
            visit(page, block, text->str, data);
        }
        visit(page, NULL, "", data);
    }
}

/* ---- JSON ---- */

static void append_rect(GString *out, Rect rect)
{
    char b[4][G_ASCII_DTOSTR_BUF_SIZE];
    const double v[4] = {rect.x0, rect.y0, rect.x1, rect.y1};
    for (int i = 0; i < 4; i++)
        g_ascii_formatd(b[i], sizeof b[i], "%.2f", v[i]);
    g_string_append_printf(out, "\"rect\":[%s,%s,%s,%s]", b[0], b[1], b[2], b[3]);
}

static void append_number(GString *out, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, ",\"%s\":%s", key,
                           g_ascii_formatd(text, sizeof text, "%.4g", value));
}

static void append_string(GString *out, const char *text)
{
    g_autoptr(cJSON) string = cJSON_CreateString(text);
    g_autofree char *printed = json_print(string, FALSE);
    g_string_append(out, printed);
}

static void append_words(const Reading *r, const Line *line, GString *out)
{
    g_string_append(out, ",\"words\":[");
    for (guint i = 0; i < line->n_words; i++) {
        const Word *word = reading_word(r, line->first_word + i);
        g_string_append(out, i ? ",{" : "{");
        append_rect(out, word->rect);
        g_string_append(out, ",\"text\":");
        append_string(out, reading_word_text(r, word));
        if (word->confidence >= 0)
            append_number(out, "confidence", word->confidence);
        if (word->column >= 0)
            g_string_append_printf(out, ",\"column\":%d", word->column);
        if (word->flags & WORD_GLUED)
            g_string_append(out, ",\"glued\":true");
        if (word->flags & WORD_HYPHEN)
            g_string_append(out, ",\"hyphen\":true");
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static void append_block_flags(const Block *block, GString *out)
{
    static const struct {
        BlockFlags flag;
        const char *word;
    } words[] = {{BLOCK_HEADER, "header"},
                 {BLOCK_FOOTER, "footer"},
                 {BLOCK_VERTICAL, "vertical"},
                 {BLOCK_ANNOTATION, "annotation"},
                 {BLOCK_BOILERPLATE, "boilerplate"}};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (block->flags & words[i].flag)
            g_string_append_printf(out, ",\"%s\":true", words[i].word);
}

static void append_cells(const Reading *r, const Block *block, GString *out)
{
    g_autoptr(GArray) cells = reading_cells(r, block);
    g_string_append(out, "],\"cells\":[");
    for (guint i = 0; i < cells->len; i++) {
        const ReadingCell *cell = &g_array_index(cells, ReadingCell, i);
        g_string_append_printf(out, "%s{\"row\":%u,\"column\":%u,", i ? "," : "", cell->row,
                               cell->column);
        append_rect(out, cell->rect);
        g_string_append(out, ",\"text\":");
        append_string(out, cell->text);
        g_string_append_c(out, '}');
    }
}

static void append_block(const Reading *r, const Block *block, GString *out)
{
    g_string_append_printf(out, "{\"kind\":\"%s\"", block_kind_name(block->kind));
    if (block->level)
        g_string_append_printf(out, ",\"level\":%u", block->level);
    append_block_flags(block, out);
    g_string_append_c(out, ',');
    append_rect(out, block->rect);
    g_string_append(out, ",\"lines\":[");
    for (guint l = 0; l < block->n_lines; l++) {
        const Line *line = reading_line(r, block->first_line + l);
        g_string_append(out, l ? ",{" : "{");
        append_rect(out, line->rect);
        if (line->agreement >= 0)
            append_number(out, "agreement", line->agreement);
        append_words(r, line, out);
        g_string_append_c(out, '}');
    }
    if (block->kind == BLOCK_TABLE || block->kind == BLOCK_FIELDS)
        append_cells(r, block, out);
    g_string_append(out, "]}");
}

static void append_attachments(const Reading *r, GString *out)
{
    g_string_append(out, "],\"attachments\":[");
    for (guint i = 0; i < r->attachments->len; i++) {
        const Attachment *a = r->attachments->pdata[i];
        g_string_append(out, i ? ",{\"name\":" : "{\"name\":");
        append_string(out, a->name);
        g_string_append(out, ",\"media_type\":");
        append_string(out, a->media_type);
        g_string_append_printf(out, ",\"size\":%" G_GUINT64_FORMAT "}", a->size);
    }
}

static void append_pages(const Reading *r, GString *out)
{
    for (guint p = 0; p < r->pages->len; p++) {
        const Page *page = reading_page(r, p);
        g_string_append_printf(out, "%s{\"page\":%u,\"technique\":\"%s\",\"geometry\":\"%s\"",
                               p ? "," : "", page->number, technique_name(page->technique),
                               page->geometry == READING_GRID ? "grid" : "layout");
        append_number(out, "width", page->width);
        append_number(out, "height", page->height);
        if (page->confidence >= 0)
            append_number(out, "confidence", page->confidence);
        if (page->turn)
            g_string_append_printf(out, ",\"turn\":%u", page->turn * 90);
        if (page->hidden)
            g_string_append_printf(out, ",\"hidden_words\":%u", page->hidden);
        g_string_append(out, ",\"blocks\":[");
        for (guint b = 0; b < page->n_blocks; b++) {
            if (b)
                g_string_append_c(out, ',');
            append_block(r, reading_block(r, page->first_block + b), out);
        }
        g_string_append(out, "]}");
    }
}

char *reading_to_json(const Reading *r)
{
    GString *out = g_string_new("{\"version\":1,\"media_type\":");
    append_string(out, r->media_type);
    g_string_append_printf(out, ",\"page_count\":%u,\"notes\":[", r->page_count);
    for (guint i = 0; i < r->notes->len; i++) {
        if (i)
            g_string_append_c(out, ',');
        append_string(out, r->notes->pdata[i]);
    }
    if (r->attachments->len)
        append_attachments(r, out);
    g_string_append(out, "],\"pages\":[");
    append_pages(r, out);
    if (r->second) {
        g_string_append(out, "],\"second\":[");
        append_pages(r->second, out);
    }
    g_string_append(out, "]}");
    return g_string_free(out, FALSE);
}

/* ---- hOCR 1.2 (http://kba.github.io/hocr-spec/1.2/) ---- boxes in whole points */

static void append_bbox(GString *out, const char *element, const char *class, Rect rect)
{
    g_string_append_printf(out, "<%s class=\"%s\" title=\"bbox %.0f %.0f %.0f %.0f", element, class,
                           rect.x0, rect.y0, rect.x1, rect.y1);
}

static void append_hocr_line(const Reading *r, const Line *line, GString *out)
{
    append_bbox(out, "span", "ocr_line", line->rect);
    g_string_append(out, "\">");
    for (guint i = 0; i < line->n_words; i++) {
        const Word *word = reading_word(r, line->first_word + i);
        g_autofree char *text = g_markup_escape_text(reading_word_text(r, word), word->length);
        if (i > 0 && !(word->flags & WORD_GLUED))
            g_string_append_c(out, ' ');
        append_bbox(out, "span", "ocrx_word", word->rect);
        if (word->confidence >= 0)
            g_string_append_printf(out, "; x_wconf %.0f", word->confidence * 100);
        g_string_append_printf(out, "\">%s</span>", text);
    }
    g_string_append(out, "</span>\n");
}

char *reading_to_hocr(const Reading *r)
{
    GString *out = g_string_new(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" "
        "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n"
        "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<title></title>\n"
        "<meta http-equiv=\"Content-Type\" content=\"text/html;charset=utf-8\"/>\n"
        "<meta name=\"ocr-system\" content=\"docket " DOCKET_VERSION "\"/>\n"
        "<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_line ocrx_word\"/>\n"
        "</head>\n<body>\n");
    for (guint p = 0; p < r->pages->len; p++) {
        const Page *page = reading_page(r, p);
        append_bbox(out, "div", "ocr_page", (Rect){0, 0, page->width, page->height});
        g_string_append_printf(out, "; ppageno %u\">\n", page->number - 1);
        for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
            const Block *block = reading_block(r, b);
            append_bbox(out, "div", "ocr_carea", block->rect);
            g_string_append(out, "\">\n");
            for (guint l = block->first_line; l < block->first_line + block->n_lines; l++)
                append_hocr_line(r, reading_line(r, l), out);
            g_string_append(out, "</div>\n");
        }
        g_string_append(out, "</div>\n");
    }
    g_string_append(out, "</body>\n</html>\n");
    return g_string_free(out, FALSE);
}
