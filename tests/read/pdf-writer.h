/* Small PDFs written by hand, object by object, for what no library would write. */
#pragma once

#include <glib.h>
#include <string.h>

static inline void pdf_begin_object(GString *out, gsize *at, guint i)
{
    at[i] = out->len;
    g_string_append_printf(out, "%u 0 obj", i + 1);
}

/* A PDF of these objects, numbered from 1; the first is the catalog. `more` goes into the trailer; `file`,
 * if there is one, is the last object, a stream. */
static inline GBytes *pdf_write_with(const char *const *objects, guint n, const char *more,
                                     GBytes *file)
{
    GString *out = g_string_new("%PDF-1.7\n");
    g_autofree gsize *at = g_new0(gsize, n + 1);
    for (guint i = 0; i < n; i++) {
        pdf_begin_object(out, at, i);
        g_string_append_printf(out, "%s endobj\n", objects[i]);
    }
    if (file) {
        gsize size;
        const char *data = g_bytes_get_data(file, &size);
        pdf_begin_object(out, at, n++);
        g_string_append_printf(out, "<</Length %zu/Length1 %zu>>stream\n", size, size);
        g_string_append_len(out, data, (gssize)size);
        g_string_append(out, "\nendstream endobj\n");
    }
    gsize table = out->len;
    g_string_append_printf(out, "xref\n0 %u\n0000000000 65535 f \n", n + 1);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(out, "%010zu 00000 n \n", at[i]);
    g_string_append_printf(out, "trailer<</Size %u/Root 1 0 R%s>>\nstartxref\n%zu\n%%%%EOF\n",
                           n + 1, more, table);
    return g_string_free_to_bytes(out);
}

static inline GBytes *pdf_write(const char *const *objects, guint n, const char *more)
{
    return pdf_write_with(objects, n, more, NULL);
}

/* A stream object. Caller frees. */
static inline char *pdf_stream(const char *dict, const char *content)
{
    return g_strdup_printf("<<%s/Length %zu>>stream\n%s\nendstream", dict, strlen(content),
                           content);
}

/* One page (400 by 300 points) with Helvetica as /F1; `page` goes into its dictionary, `resources` into
 * its resources (with /Font: its own fonts), `objects` become number 6 and so on, `file` (or NULL) the last one. */
static inline GBytes *pdf_of_page_with(const char *content, const char *page, const char *resources,
                                       const char *catalog, const char *const *objects, guint n,
                                       GBytes *file)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(all, g_strdup_printf("<</Type/Catalog/Pages 2 0 R%s>>", catalog));
    g_ptr_array_add(all, g_strdup("<</Type/Pages/Kids[3 0 R]/Count 1>>"));
    g_ptr_array_add(all,
                    g_strdup_printf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]"
                                    "/Contents 4 0 R%s/Resources<<%s%s>>>>",
                                    page, strstr(resources, "/Font") ? "" : "/Font<</F1 5 0 R>>",
                                    resources));
    g_ptr_array_add(all, pdf_stream("", content));
    g_ptr_array_add(all, g_strdup("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"));
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(all, g_strdup(objects[i]));
    return pdf_write_with((const char *const *)all->pdata, all->len, "", file);
}

static inline GBytes *pdf_of_page(const char *content, const char *page, const char *resources,
                                  const char *catalog, const char *const *objects, guint n)
{
    return pdf_of_page_with(content, page, resources, catalog, objects, n, NULL);
}
