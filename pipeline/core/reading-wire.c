/* A reading as a GVariant and back. The two functions stay neighbours in the same field order. */
#include "reading.h"

#include "error.h"
#include "limits.h"
#include <math.h>
#include <string.h>

/* The structs are the wire format: both ends are the same build on the same machine. */
G_STATIC_ASSERT(sizeof(Page) == 56);
G_STATIC_ASSERT(sizeof(Block) == 56);
G_STATIC_ASSERT(sizeof(Line) == 48);
G_STATIC_ASSERT(sizeof(Word) == 56);

#define PAGE_TYPE "(ddduuuuuuu)"
#define BLOCK_TYPE "(dddduuuuuu)"
#define LINE_TYPE "(ddddduu)"
#define WORD_TYPE "(ddddduuiu)"

static GVariant *array_to_variant(const char *type, const GArray *array)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE(type), array->data, array->len,
                                     g_array_get_element_size((GArray *)array));
}

static void release(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static GVariant *attachments_to_variant(const Reading *r)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sstbay)"));
    for (guint i = 0; i < r->attachments->len; i++) {
        const Attachment *a = r->attachments->pdata[i];
        gsize size = 0;
        gconstpointer data = a->content ? g_bytes_get_data(a->content, &size) : NULL;
        GVariant *content =
            g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, data, size, TRUE, release,
                                    a->content ? g_bytes_ref(a->content) : g_bytes_new(NULL, 0));
        g_variant_builder_add(&builder, "(sstb@ay)", a->name, a->media_type, a->size,
                              a->content != NULL, content);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *second_to_variant(const Reading *r)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("av"));
    if (r->second)
        g_variant_builder_add(&builder, "v", reading_to_variant(r->second));
    return g_variant_builder_end(&builder);
}

GVariant *reading_to_variant(const Reading *r)
{
    GVariant *children[] = {
        g_variant_new_string(r->media_type),
        g_variant_new_uint32(r->page_count),
        array_to_variant(PAGE_TYPE, r->pages),
        array_to_variant(BLOCK_TYPE, r->blocks),
        array_to_variant(LINE_TYPE, r->lines),
        array_to_variant(WORD_TYPE, r->words),
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, r->text->data, r->text->len, 1),
        g_variant_new_strv((const char *const *)r->notes->pdata, r->notes->len),
        attachments_to_variant(r),
        second_to_variant(r),
    };
    return g_variant_new_tuple(children, G_N_ELEMENTS(children));
}

static void array_from_variant(GVariant *tuple, gsize child, GArray *out)
{
    g_autoptr(GVariant) array = g_variant_get_child_value(tuple, child);
    gsize n = 0;
    gconstpointer data = g_variant_get_fixed_array(array, &n, g_array_get_element_size(out));
    if (n > 0 && n <= DOCKET_MAX_WORDS)
        g_array_append_vals(out, data, (guint)n);
}

static gboolean lied(GError **error, const char *rule, guint index)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED, "the reading breaks a rule: %s (%u)",
                rule, index);
    return FALSE;
}

static gboolean rect_is_sane(Rect rect)
{
    const double limit = DOCKET_MAX_TEXT_BYTES; /* a grid line may be as long as the text */
    return isfinite(rect.x0) && isfinite(rect.y0) && isfinite(rect.x1) && isfinite(rect.y1) &&
           rect.x0 <= rect.x1 && rect.y0 <= rect.y1 && rect.x0 >= -limit && rect.y0 >= -limit &&
           rect.x1 <= limit && rect.y1 <= limit;
}

static gboolean confidence_is_sane(double c)
{
    return c == -1 || (c >= 0 && c <= 1);
}

/* Children must follow each other without gap or overlap: then every range is in bounds, and the
 * look-ups by binary search hold. */
static gboolean check_pages(const Reading *r, GError **error)
{
    guint next = 0, number = 0;
    if (r->pages->len > DOCKET_MAX_PAGES)
        return lied(error, "at most DOCKET_MAX_PAGES pages", r->pages->len);
    for (guint i = 0; i < r->pages->len; i++) {
        const Page *p = reading_page(r, i);
        if (!(p->width >= 0 && p->height >= 0 && isfinite(p->width) && isfinite(p->height)))
            return lied(error, "page size is a number", i);
        if (!confidence_is_sane(p->confidence))
            return lied(error, "page confidence is -1 or 0..1", i);
        if (p->technique >= TECHNIQUE_LAST || p->geometry > READING_GRID || p->turn > 3)
            return lied(error, "page technique, geometry and turn are known", i);
        if (p->number <= number || p->number > r->page_count)
            return lied(error, "page numbers rise and are at most page_count", i);
        number = p->number;
        if (p->first_block != next || p->n_blocks > r->blocks->len - next)
            return lied(error, "blocks of a page follow those before", i);
        next += p->n_blocks;
    }
    return next == r->blocks->len || lied(error, "every block belongs to a page", next);
}

static gboolean check_blocks(const Reading *r, GError **error)
{
    guint next = 0;
    for (guint i = 0; i < r->blocks->len; i++) {
        const Block *b = reading_block(r, i);
        if (b->kind >= BLOCK_LAST || b->level > 100 || !rect_is_sane(b->rect))
            return lied(error, "block kind, level and rectangle", i);
        if (b->flags >= BLOCK_BOILERPLATE << 1 || b->reserved != 0)
            return lied(error, "block flags are known", i);
        if (b->first_line != next || b->n_lines == 0 || b->n_lines > r->lines->len - next)
            return lied(error, "lines of a block follow those before", i);
        next += b->n_lines;
    }
    return next == r->lines->len || lied(error, "every line belongs to a block", next);
}

static gboolean check_lines(const Reading *r, GError **error)
{
    guint next = 0;
    for (guint i = 0; i < r->lines->len; i++) {
        const Line *l = reading_line(r, i);
        if (!rect_is_sane(l->rect) || !confidence_is_sane(l->agreement))
            return lied(error, "line rectangle and agreement", i);
        if (l->first_word != next || l->n_words == 0 || l->n_words > r->words->len - next)
            return lied(error, "words of a line follow those before", i);
        next += l->n_words;
    }
    return next == r->words->len || lied(error, "every word belongs to a line", next);
}

static gboolean check_words(const Reading *r, GError **error)
{
    for (guint i = 0; i < r->words->len; i++) {
        const Word *w = reading_word(r, i);
        if (!rect_is_sane(w->rect) || !confidence_is_sane(w->confidence))
            return lied(error, "word rectangle and confidence", i);
        if (w->column < -1 || w->column > 10000)
            return lied(error, "word column", i);
        if (w->length == 0 || w->text >= r->text->len || w->length >= r->text->len - w->text)
            return lied(error, "word text lies inside the text", i);
        const char *text = reading_word_text(r, w);
        if (text[w->length] != '\0' || !g_utf8_validate(text, w->length, NULL))
            return lied(error, "word text is UTF-8 and ends with NUL", i);
    }
    return TRUE;
}

static gboolean attachments_from_variant(Reading *r, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) attachments = g_variant_get_child_value(variant, 8);
    gsize n = g_variant_n_children(attachments);
    if (n > DOCKET_MAX_ATTACHMENTS)
        return lied(error, "at most DOCKET_MAX_ATTACHMENTS attachments", (guint)n);
    for (gsize i = 0; i < n; i++) {
        const char *name, *media_type;
        guint64 size;
        gboolean here;
        g_autoptr(GVariant) data = NULL;
        g_variant_get_child(attachments, i, "(&s&stb@ay)", &name, &media_type, &size, &here, &data);
        g_autoptr(GBytes) content = here ? g_variant_get_data_as_bytes(data) : NULL;
        if (content && size != g_bytes_get_size(content))
            return lied(error, "an attachment is as large as it says", (guint)i);
        reading_attach(r, name, media_type, size, content);
    }
    return TRUE;
}

static gboolean is_reading(GVariant *variant, GError **error)
{
    return g_variant_is_of_type(variant, G_VARIANT_TYPE(READING_VARIANT_TYPE)) ||
           lied(error, "the type of a reading", 0);
}

/* The pages by another technique; they have no second themselves. */
static Reading *tree_from_variant(GVariant *variant, GError **error);

static gboolean second_from_variant(Reading *r, GVariant *variant, GError **error)
{
    g_autoptr(GVariant) seconds = g_variant_get_child_value(variant, 9);
    gsize n = g_variant_n_children(seconds);
    if (n == 0)
        return TRUE;
    g_autoptr(GVariant) box = g_variant_get_child_value(seconds, 0);
    g_autoptr(GVariant) inner = g_variant_get_variant(box);
    if (n > 1)
        return lied(error, "at most one second reading", (guint)n);
    if (!is_reading(inner, error))
        return FALSE;
    r->second = tree_from_variant(inner, error);
    return r->second != NULL;
}

static void notes_from_variant(Reading *r, GVariant *variant)
{
    g_autoptr(GVariant) notes = g_variant_get_child_value(variant, 7);
    for (gsize i = 0; i < MIN(g_variant_n_children(notes), 200); i++) {
        const char *note;
        g_variant_get_child(notes, i, "&s", &note);
        g_ptr_array_add(r->notes, g_strndup(note, 500));
    }
}

/* The five arrays, checked; attachments and a second reading are left aside. */
static Reading *tree_from_variant(GVariant *variant, GError **error)
{
    const char *media_type;
    g_variant_get_child(variant, 0, "&s", &media_type);
    g_autoptr(Reading) r = reading_new(media_type);
    g_variant_get_child(variant, 1, "u", &r->page_count);
    array_from_variant(variant, 2, r->pages);
    array_from_variant(variant, 3, r->blocks);
    array_from_variant(variant, 4, r->lines);
    array_from_variant(variant, 5, r->words);
    g_autoptr(GVariant) text = g_variant_get_child_value(variant, 6);
    gsize n = 0;
    gconstpointer data = g_variant_get_fixed_array(text, &n, 1);
    if (n > DOCKET_MAX_TEXT_BYTES) {
        lied(error, "at most DOCKET_MAX_TEXT_BYTES of text", 0);
        return NULL;
    }
    g_byte_array_append(r->text, data, (guint)n);
    notes_from_variant(r, variant);
    if (!check_pages(r, error) || !check_blocks(r, error) || !check_lines(r, error) ||
        !check_words(r, error))
        return NULL;
    return g_steal_pointer(&r);
}

Reading *reading_from_variant(GVariant *variant, GError **error)
{
    if (!is_reading(variant, error))
        return NULL;
    g_autoptr(Reading) r = tree_from_variant(variant, error);
    if (!r || !attachments_from_variant(r, variant, error) ||
        !second_from_variant(r, variant, error))
        return NULL;
    return g_steal_pointer(&r);
}
