#include "pdf-notes.h"

#include "stages/read/techniques/grid.h"

#include <math.h>
#include <string.h>

#define MAX_FIELDS 2000      /* of one page */
#define MAX_NOTES 500        /* of one page */
#define MAX_NOTE_BYTES 20000 /* text of one note or field */
#define LETTER_WIDTH 0.5     /* letter heights, where glyphs are not looked at */
#define USUAL_SIZE 12.0      /* points; larger fields are filled in this size */
#define BORDER 1.5           /* points at a field's edge that are not its value */

typedef struct {
    PdfText *text;
    double scale, height; /* of the page, in page units */
    guint added;
} Fields;

/* Form fields and notes count from the bottom of the page. */
static Rect area_of(PopplerRectangle r, double height, double scale)
{
    return (Rect){MIN(r.x1, r.x2) * scale, (height - MAX(r.y1, r.y2)) * scale,
                  MAX(r.x1, r.x2) * scale, (height - MIN(r.y1, r.y2)) * scale};
}

static gboolean is_inside(Rect outer, Rect r)
{
    double x = (r.x0 + r.x1) / 2, y = (r.y0 + r.y1) / 2;
    return x > outer.x0 && x < outer.x1 && y > outer.y0 && y < outer.y1;
}

/* Some writers put the value on the page as well. */
static gboolean is_there(const Fields *f, Rect area, const char *word)
{
    for (guint i = 0; i < f->text->words->len - f->added; i++) {
        const LayoutWord *other = &g_array_index(f->text->words, LayoutWord, i);
        if (is_inside(area, other->rect) && strcmp(other->text, word) == 0)
            return TRUE;
    }
    return FALSE;
}

static void add_word(Fields *f, const char *word, Rect place, Rect area, double size)
{
    Rect inner = {area.x0 + BORDER, area.y0 + BORDER, area.x1 - BORDER, area.y1 - BORDER};
    gboolean thin = inner.x0 >= inner.x1 || inner.y0 >= inner.y1;
    pdf_text_add(f->text, word, place, thin ? area : inner, size);
    f->added++;
}

/* The words from left to right, line by line, from the field's upper left corner. */
static void add_value(Fields *f, const char *value, Rect area)
{
    double height = area.y1 - area.y0;
    g_autofree char *valid = g_utf8_make_valid(value, (gssize)MIN(strlen(value), MAX_NOTE_BYTES));
    g_auto(GStrv) lines = g_strsplit(g_strdelimit(valid, "\r", '\n'), "\n", -1);
    guint n = MAX(1, g_strv_length(lines));
    double size = MIN(USUAL_SIZE * f->scale, height / n);
    double y = n == 1 ? (area.y0 + area.y1 - size) / 2 : area.y0;
    for (guint i = 0; lines[i]; i++, y += size) {
        g_auto(GStrv) words = g_strsplit_set(lines[i], " \t", -1);
        double x = area.x0 + size / 4;
        for (guint w = 0; words[w]; w++) {
            double width = LETTER_WIDTH * size * (double)g_utf8_strlen(words[w], -1);
            if (!words[w][0])
                continue;
            if (i == 0 && w == 0 && is_there(f, area, words[w]))
                return;
            add_word(f, words[w], (Rect){x, y, x + width, y + size}, area, size);
            x += width + size * LETTER_WIDTH / 2;
        }
    }
}

static void add_choice(Fields *f, PopplerFormField *field, Rect area)
{
    g_autofree char *typed = poppler_form_field_choice_get_text(field);
    if (typed && *typed) {
        add_value(f, typed, area);
        return;
    }
    g_autoptr(GString) chosen = g_string_new(NULL);
    int n = MIN(poppler_form_field_choice_get_n_items(field), MAX_FIELDS);
    for (int i = 0; i < n && chosen->len < MAX_NOTE_BYTES; i++) {
        g_autofree char *item = poppler_form_field_choice_is_item_selected(field, i)
                                    ? poppler_form_field_choice_get_item(field, i)
                                    : NULL;
        if (item)
            g_string_append_printf(chosen, "%s%s", chosen->len ? "\n" : "", item);
    }
    add_value(f, chosen->str, area);
}

static void add_field(Fields *f, PopplerFormField *field, Rect area)
{
    g_autofree char *value = NULL;
    double size = MIN(area.y1 - area.y0, area.x1 - area.x0);
    switch (poppler_form_field_get_field_type(field)) {
    case POPPLER_FORM_FIELD_TEXT:
        /* A password is not to be read. */
        value = poppler_form_field_text_is_password(field)
                    ? NULL
                    : poppler_form_field_text_get_text(field);
        if (value)
            add_value(f, value, area);
        break;
    case POPPLER_FORM_FIELD_CHOICE:
        add_choice(f, field, area);
        break;
    case POPPLER_FORM_FIELD_BUTTON:
        if (poppler_form_field_button_get_button_type(field) != POPPLER_FORM_BUTTON_PUSH)
            add_word(f, poppler_form_field_button_get_state(field) ? "☒" : "☐", area, area, size);
        break;
    default:
        break;
    }
}

guint pdf_notes_add_fields(PopplerPage *page, PdfText *text, double scale)
{
    double width, height;
    guint n = 0;
    poppler_page_get_size(page, &width, &height);
    Fields f = {.text = text, .scale = scale, .height = height};
    GList *fields = poppler_page_get_form_field_mapping(page);
    for (GList *at = fields; at && n < MAX_FIELDS; at = at->next, n++) {
        const PopplerFormFieldMapping *mapping = at->data;
        Rect area = area_of(mapping->area, height, scale);
        if (isfinite(area.x0 + area.x1 + area.y0 + area.y1) && area.x0 < area.x1 &&
            area.y0 < area.y1)
            add_field(&f, mapping->field, area);
    }
    poppler_page_free_form_field_mapping(fields);
    return f.added;
}

/* ---- notes ---- */

static gboolean is_note(PopplerAnnot *annotation)
{
    switch (poppler_annot_get_annot_type(annotation)) {
    case POPPLER_ANNOT_LINK:
    case POPPLER_ANNOT_WIDGET:
    case POPPLER_ANNOT_POPUP:
    case POPPLER_ANNOT_FILE_ATTACHMENT:
        return FALSE;
    default:
        return TRUE;
    }
}

static void add_note(Reading *reading, const char *text, Rect area)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)MIN(strlen(text), MAX_NOTE_BYTES));
    g_auto(GStrv) lines = g_strsplit(g_strdelimit(valid, "\r", '\n'), "\n", -1);
    reading_begin_block(reading, BLOCK_PARAGRAPH, 0);
    g_array_index(reading->blocks, Block, reading->blocks->len - 1).flags |= BLOCK_ANNOTATION;
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit_set(lines[i], " \t\v\f", -1);
        reading_begin_line(reading);
        for (guint w = 0; words[w]; w++)
            if (words[w][0])
                reading_add_word(reading, words[w], -1, area, -1, -1, 0);
    }
}

guint pdf_notes_add_annotations(PopplerPage *page, Reading *reading, double scale)
{
    const guint unseen = POPPLER_ANNOT_FLAG_HIDDEN | POPPLER_ANNOT_FLAG_NO_VIEW;
    double width, height;
    guint hidden = 0, n = 0;
    poppler_page_get_size(page, &width, &height);
    GList *all = poppler_page_get_annot_mapping(page);
    for (GList *at = all; at && n < MAX_NOTES; at = at->next, n++) {
        const PopplerAnnotMapping *mapping = at->data;
        g_autofree char *text =
            is_note(mapping->annot) ? poppler_annot_get_contents(mapping->annot) : NULL;
        Rect area = area_of(mapping->area, height, scale);
        if (!text || !*text || !isfinite(area.x0 + area.x1 + area.y0 + area.y1))
            continue;
        gboolean inside = is_inside((Rect){0, 0, width * scale, height * scale}, area);
        if ((poppler_annot_get_flags(mapping->annot) & unseen) || !inside)
            hidden += grid_count_words(text);
        else
            add_note(reading, text, area);
    }
    poppler_page_free_annot_mapping(all);
    return hidden;
}
