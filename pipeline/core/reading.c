#include "reading.h"

#include "bytes.h"
#include "limits.h"
#include <string.h>

#define MAX_NOTES 100 /* of one reading; more say nothing new */

static const char *const technique_names[TECHNIQUE_LAST] = {
    [TECHNIQUE_NONE] = "none",     [TECHNIQUE_PDF_TEXT] = "pdf_text", [TECHNIQUE_OCR] = "ocr",
    [TECHNIQUE_HTML] = "html",     [TECHNIQUE_TEXT] = "text",         [TECHNIQUE_ROW] = "row",
    [TECHNIQUE_OFFICE] = "office", [TECHNIQUE_DATA] = "data",
};

static const char *const block_kind_names[BLOCK_LAST] = {
    [BLOCK_PARAGRAPH] = "paragraph", [BLOCK_HEADING] = "heading", [BLOCK_LIST] = "list",
    [BLOCK_TABLE] = "table",         [BLOCK_FIELDS] = "fields",
};

const char *technique_name(Technique technique)
{
    return technique < TECHNIQUE_LAST ? technique_names[technique] : "none";
}

const char *block_kind_name(BlockKind kind)
{
    return kind < BLOCK_LAST ? block_kind_names[kind] : "paragraph";
}

Rect rect_union(Rect a, Rect b)
{
    return (Rect){MIN(a.x0, b.x0), MIN(a.y0, b.y0), MAX(a.x1, b.x1), MAX(a.y1, b.y1)};
}

static void attachment_free(gpointer data)
{
    Attachment *attachment = data;
    g_free(attachment->name);
    g_free(attachment->media_type);
    g_clear_pointer(&attachment->content, g_bytes_unref);
    g_free(attachment);
}

Reading *reading_new(const char *media_type)
{
    Reading *r = g_new0(Reading, 1);
    r->media_type = g_strdup(media_type);
    r->pages = g_array_new(FALSE, TRUE, sizeof(Page));
    r->blocks = g_array_new(FALSE, TRUE, sizeof(Block));
    r->lines = g_array_new(FALSE, TRUE, sizeof(Line));
    r->words = g_array_new(FALSE, TRUE, sizeof(Word));
    r->text = g_byte_array_new();
    r->notes = g_ptr_array_new_with_free_func(g_free);
    r->attachments = g_ptr_array_new_with_free_func(attachment_free);
    return r;
}

void reading_free(Reading *r)
{
    if (!r)
        return;
    g_free(r->media_type);
    g_array_unref(r->pages);
    g_array_unref(r->blocks);
    g_array_unref(r->lines);
    g_array_unref(r->words);
    g_byte_array_unref(r->text);
    g_ptr_array_unref(r->notes);
    g_ptr_array_unref(r->attachments);
    reading_free(r->second);
    g_free(r);
}

/* ---- building ---- */

static Page *last_page(Reading *r)
{
    return r->pages->len ? &g_array_index(r->pages, Page, r->pages->len - 1) : NULL;
}

void reading_begin_page(Reading *r, guint number, Technique technique, Geometry geometry,
                        double width, double height)
{
    Page page = {.width = width,
                 .height = height,
                 .confidence = -1,
                 .number = number,
                 .technique = technique,
                 .geometry = geometry,
                 .first_block = r->blocks->len};
    g_array_append_val(r->pages, page);
    r->page_count = MAX(r->page_count, number);
}

void reading_begin_block(Reading *r, BlockKind kind, guint level)
{
    g_return_if_fail(r->pages->len > 0);
    Block block = {.kind = kind, .level = level, .first_line = r->lines->len};
    g_array_append_val(r->blocks, block);
    last_page(r)->n_blocks++;
}

void reading_begin_line(Reading *r)
{
    Page *page = last_page(r);
    g_return_if_fail(page != NULL);
    if (page->n_blocks == 0)
        reading_begin_block(r, BLOCK_PARAGRAPH, 0);
    Line line = {.first_word = r->words->len, .agreement = -1};
    g_array_append_val(r->lines, line);
    g_array_index(r->blocks, Block, r->blocks->len - 1).n_lines++;
}

/* Grows a parent's rectangle; the first child sets it. */
static void extend(Rect *parent, Rect child, gboolean first)
{
    *parent = first ? child : rect_union(*parent, child);
}

/* The open line, begun when there is none on this page yet. */
static Line *open_line(Reading *r)
{
    Page *page = last_page(r);
    if (page->n_blocks == 0 || g_array_index(r->blocks, Block, r->blocks->len - 1).n_lines == 0)
        reading_begin_line(r);
    return &g_array_index(r->lines, Line, r->lines->len - 1);
}

static Rect sane_rect(Rect rect)
{
    if (rect.x1 < rect.x0)
        rect = (Rect){rect.x1, rect.y0, rect.x0, rect.y1};
    if (rect.y1 < rect.y0)
        rect = (Rect){rect.x0, rect.y1, rect.x1, rect.y0};
    return rect;
}

gboolean reading_add_word(Reading *r, const char *text, gssize length, Rect rect, double confidence,
                          int column, guint flags)
{
    g_return_val_if_fail(r->pages->len > 0, FALSE);
    gsize n = length < 0 ? strlen(text) : (gsize)length;
    if (n == 0)
        return TRUE;
    gboolean ascii = TRUE;
    for (gsize i = 0; i < n && ascii; i++)
        ascii = (guchar)text[i] < 0x80;
    g_autofree char *composed = NULL;
    if (!ascii) {
        composed = g_utf8_normalize(text, (gssize)n, G_NORMALIZE_NFC);
        if (!composed)
            return FALSE;
        text = composed;
        n = strlen(composed);
    }
    if (r->words->len >= DOCKET_MAX_WORDS || r->text->len + n + 1 > DOCKET_MAX_TEXT_BYTES)
        return FALSE;
    Line *line = open_line(r);
    Word word = {.rect = sane_rect(rect),
                 .confidence = confidence < 0 ? -1 : MIN(confidence, 1),
                 .text = r->text->len,
                 .length = (guint32)n,
                 .column = column,
                 .flags = flags};
    g_byte_array_append(r->text, (const guint8 *)text, (guint)n);
    g_byte_array_append(r->text, (const guint8 *)"", 1);
    g_array_append_val(r->words, word);
    extend(&line->rect, word.rect, line->n_words == 0);
    line->n_words++;
    return TRUE;
}

double reading_add_text(Reading *r, const char *text, gssize length, double x, double y, int column)
{
    const char *end = text + (length < 0 ? strlen(text) : (gsize)length);
    const char *p = text;
    while (p < end) {
        while (p < end && g_unichar_isspace(g_utf8_get_char(p))) {
            p = g_utf8_next_char(p);
            x += 1;
        }
        const char *start = p;
        double from = x;
        while (p < end && !g_unichar_isspace(g_utf8_get_char(p))) {
            p = g_utf8_next_char(p);
            x += 1;
        }
        if (p > start &&
            !reading_add_word(r, start, p - start, (Rect){from, y, x, y + 1}, -1, column, 0))
            break;
    }
    return x;
}

/* Moves the page's lines that hold words together, and its blocks that hold lines. */
static void drop_empty(Reading *r, Page *page)
{
    guint block_out = page->first_block;
    guint line_out = G_MAXUINT;
    for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
        Block block = g_array_index(r->blocks, Block, b);
        if (line_out == G_MAXUINT)
            line_out = block.first_line;
        guint kept = 0, first = line_out;
        for (guint l = block.first_line; l < block.first_line + block.n_lines; l++) {
            Line line = g_array_index(r->lines, Line, l);
            if (line.n_words == 0)
                continue;
            extend(&block.rect, line.rect, kept == 0);
            g_array_index(r->lines, Line, line_out++) = line;
            kept++;
        }
        block.first_line = first;
        block.n_lines = kept;
        if (kept)
            g_array_index(r->blocks, Block, block_out++) = block;
    }
    if (line_out != G_MAXUINT)
        g_array_set_size(r->lines, line_out);
    g_array_set_size(r->blocks, block_out);
    page->n_blocks = block_out - page->first_block;
}

void reading_end_page(Reading *r)
{
    Page *page = last_page(r);
    g_return_if_fail(page != NULL);
    guint first_word = G_MAXUINT;
    if (page->n_blocks) {
        const Block *block = reading_block(r, page->first_block);
        if (block->first_line < r->lines->len)
            first_word = reading_line(r, block->first_line)->first_word;
    }
    drop_empty(r, page);
    double sum = 0;
    guint n = 0;
    for (guint w = first_word; w < r->words->len; w++) {
        double confidence = reading_word(r, w)->confidence;
        if (confidence >= 0) {
            sum += confidence;
            n++;
        }
    }
    page->confidence = n ? sum / n : -1;
}

void reading_note(Reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    if (r->notes->len < MAX_NOTES)
        g_ptr_array_add(r->notes, bytes_to_utf8(text, -1));
}

void reading_note_missing(Reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *note = g_strconcat(READING_MISSING, text, NULL);
    if (r->notes->len >= MAX_NOTES) /* it weighs more than any other */
        g_ptr_array_set_size(r->notes, MAX_NOTES - 1);
    g_ptr_array_add(r->notes, bytes_to_utf8(note, -1));
}

gboolean reading_attach(Reading *r, const char *name, const char *media_type, guint64 size,
                        GBytes *content)
{
    if (r->attachments->len >= DOCKET_MAX_ATTACHMENTS)
        return FALSE;
    Attachment *attachment = g_new0(Attachment, 1);
    attachment->name = bytes_to_utf8(name, -1);
    attachment->media_type = bytes_to_utf8(media_type ? media_type : "", -1);
    attachment->size = size;
    attachment->content = content ? g_bytes_ref(content) : NULL;
    g_ptr_array_add(r->attachments, attachment);
    return TRUE;
}

static void take_attachments(Reading *r, Reading *other)
{
    while (other->attachments->len)
        g_ptr_array_add(r->attachments, g_ptr_array_steal_index(other->attachments, 0));
}

void reading_take_pages(Reading *r, Reading *other)
{
    guint blocks = r->blocks->len, lines = r->lines->len, words = r->words->len;
    guint text = r->text->len;
    guint pages = r->pages->len;
    g_array_append_vals(r->pages, other->pages->data, other->pages->len);
    g_array_append_vals(r->blocks, other->blocks->data, other->blocks->len);
    g_array_append_vals(r->lines, other->lines->data, other->lines->len);
    g_array_append_vals(r->words, other->words->data, other->words->len);
    g_byte_array_append(r->text, other->text->data, other->text->len);
    for (guint i = pages; i < r->pages->len; i++)
        g_array_index(r->pages, Page, i).first_block += blocks;
    for (guint i = blocks; i < r->blocks->len; i++)
        g_array_index(r->blocks, Block, i).first_line += lines;
    for (guint i = lines; i < r->lines->len; i++)
        g_array_index(r->lines, Line, i).first_word += words;
    for (guint i = words; i < r->words->len; i++)
        g_array_index(r->words, Word, i).text += text;
    for (guint i = 0; i < other->notes->len; i++)
        g_ptr_array_add(r->notes, g_strdup(other->notes->pdata[i]));
    r->page_count = MAX(r->page_count, other->page_count);
    take_attachments(r, other);
    if (other->second && r->second)
        reading_take_pages(r->second, g_steal_pointer(&other->second));
    else if (other->second)
        r->second = g_steal_pointer(&other->second);
    reading_free(other);
}

/* ---- looking ---- */

guint reading_page_of_line(const Reading *r, guint line)
{
    guint low = 0, high = r->pages->len;
    while (high - low > 1) {
        guint middle = (low + high) / 2;
        const Page *page = reading_page(r, middle);
        guint first = page->first_block < r->blocks->len
                          ? reading_block(r, page->first_block)->first_line
                          : r->lines->len;
        if (first <= line)
            low = middle;
        else
            high = middle;
    }
    /* A page without blocks shares its first line with the next one that has some. */
    while (low > 0 && reading_page(r, low)->n_blocks == 0)
        low--;
    return low;
}

guint reading_line_of_word(const Reading *r, guint word)
{
    guint low = 0, high = r->lines->len;
    while (high - low > 1) {
        guint middle = (low + high) / 2;
        if (reading_line(r, middle)->first_word <= word)
            low = middle;
        else
            high = middle;
    }
    return low;
}

char *reading_words_text(const Reading *r, guint first, guint n)
{
    GString *out = g_string_new(NULL);
    for (guint i = first; i < first + n && i < r->words->len; i++) {
        reading_append_word(r, reading_word(r, i), i > first ? reading_word(r, i - 1) : NULL, out);
    }
    return g_string_free(out, FALSE);
}

char *reading_line_text(const Reading *r, guint line)
{
    const Line *l = reading_line(r, line);
    return reading_words_text(r, l->first_word, l->n_words);
}

char *reading_column_text(const Reading *r, guint line, gint column)
{
    const Line *l = reading_line(r, line);
    guint first = l->first_word, end = l->first_word + l->n_words;
    while (first < end && reading_word(r, first)->column != column)
        first++;
    guint n = 0;
    while (first + n < end && reading_word(r, first + n)->column == column)
        n++;
    return reading_words_text(r, first, n);
}
