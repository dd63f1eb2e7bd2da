/* Small readings for tests of the template: pages of placed words, rows of pairs, tables. */
#pragma once

#include "pipeline/core/reading.h"
#include "stages/decide/template.h"
#include <string.h>

#define LETTER 6.0 /* points a letter is wide */
#define HEIGHT 10.0

/* A page of points; text is placed with at(). */
static inline Reading *page_reading(Technique technique)
{
    Reading *r = reading_new("application/pdf");
    reading_begin_page(r, 1, technique, READING_LAYOUT, 600, 800);
    return r;
}

/* Words of one line from (x, y) on; it is a block of its own. */
static inline void at(Reading *r, double x, double y, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    reading_begin_block(r, BLOCK_PARAGRAPH, 0);
    reading_begin_line(r);
    for (guint i = 0; words[i]; i++) {
        double width = LETTER * (double)g_utf8_strlen(words[i], -1);
        if (words[i][0])
            reading_add_word(r, words[i], -1, (Rect){x, y, x + width, y + HEIGHT}, 0.9, -1, 0);
        x += width + (words[i][0] ? 4.0 : 8.0);
    }
}

/* A row of a batch: name, value, name, value, …, NULL. */
static inline Reading *row_reading(const char *const *pairs)
{
    Reading *r = reading_new("application/x-row");
    double y = 0;
    reading_begin_page(r, 1, TECHNIQUE_ROW, READING_GRID, 200, 100);
    reading_begin_block(r, BLOCK_FIELDS, 0);
    for (; pairs[0]; pairs += 2, y++) {
        reading_begin_line(r);
        reading_add_text(r, pairs[0], -1, 0, y, 0);
        reading_add_text(r, pairs[1], -1, 30, y, 1);
    }
    reading_end_page(r);
    return r;
}

static inline void table_row(Reading *r, double y, const char *const *cells)
{
    reading_begin_line(r);
    for (int column = 0; cells[column]; column++)
        reading_add_text(r, cells[column], -1, 30.0 * column, y, column);
}

/* The record that a template and schema (both JSON text; template may be NULL) make of a reading,
 * which is freed. */
static inline Record *extract(const char *spec, const char *schema, Reading *r)
{
    GError *error = NULL;
    g_autoptr(cJSON) s = spec ? json_parse(spec, strlen(spec), &error) : NULL;
    g_assert_no_error(error);
    g_autoptr(cJSON) j = json_parse(schema, strlen(schema), &error);
    g_assert_no_error(error);
    g_autoptr(Template) t = template_new(s, j, &error);
    g_assert_no_error(error);
    Record *record = template_extract(t, r);
    reading_free(r);
    return record;
}

static inline void check_json(const Record *record, const char *expected)
{
    g_autofree char *got = json_print(record->root, FALSE);
    g_autoptr(cJSON) want = json_parse(expected, strlen(expected), NULL);
    g_assert_nonnull(want);
    if (!json_equal(record->root, want))
        g_assert_cmpstr(got, ==, expected);
}

static inline void check_at(const Record *record, const char *pointer, const char *expected)
{
    const cJSON *value = json_at(record->root, pointer);
    g_autofree char *got = value ? json_print(value, FALSE) : NULL;
    g_assert_cmpstr(got, ==, expected);
}
