#include "tools/llm-sim/parts.h"

#include <string.h>

#include "tools/llm-sim/question.h"

#define END_MARK "=== END DOCUMENT "

/* Where the number's document begins, if its heading stands here; else NULL. */
static const char *after_heading(const char *text, guint number)
{
    g_autofree char *heading = g_strdup_printf("Document number %u:\n", number);
    text += strspn(text, " \n");
    return g_str_has_prefix(text, heading) ? text + strlen(heading) : NULL;
}

/* Behind the document that begins at the next marker line; NULL: there is none that ends. */
static const char *skip_document(const char *text)
{
    const char *begin = strstr(text, QUESTION_BEGIN);
    const char *marker = begin ? begin + strlen(QUESTION_BEGIN) : NULL;
    const char *stop = marker ? strstr(marker, " ===") : NULL;
    if (!stop)
        return NULL;
    g_autofree char *end = g_strdup_printf("\n" END_MARK "%.*s ===", (int)(stop - marker), marker);
    const char *last = strstr(stop, end);
    return last ? last + strlen(end) : NULL;
}

/* Examples with markers of their own may stand before a document. */
static const char *skip_part(const char *text, guint next)
{
    for (const char *end = skip_document(text); end; end = skip_document(end))
        if (!end[strspn(end, " \n")] || after_heading(end, next))
            return end;
    return NULL;
}

GPtrArray *parts_of(const char *users)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    const char *at = strstr(users, "\nDocument number 1:\n");
    for (guint number = 1; at && (at = after_heading(at, number)); number++) {
        const char *end = skip_part(at, number + 1);
        if (!end)
            break;
        g_ptr_array_add(parts, g_strndup(at, (gsize)(end - at)));
        at = end;
    }
    return parts->len ? g_steal_pointer(&parts) : NULL;
}
