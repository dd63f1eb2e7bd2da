/* A schema's own copy of its document: nodes and texts side by side in the arena. */
#include "stages/check/schema/index.h"

#include <string.h>

static char *copy_text(Arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strndup(arena, text, strlen(text));
}

/* As deep as the document, which whoever read it has bounded. */
cJSON *schema_copy(Arena *arena, const cJSON *value)
{
    cJSON *copy = arena_alloc0(arena, sizeof *copy);
    copy->type = value->type & 0xff; /* without the marks of who owns what */
    copy->valueint = value->valueint;
    copy->valuedouble = value->valuedouble;
    copy->valuestring = copy_text(arena, value->valuestring);
    copy->string = copy_text(arena, value->string);
    cJSON *last = NULL;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        cJSON *next = schema_copy(arena, child);
        if (last == NULL)
            copy->child = next;
        else
            last->next = next;
        next->prev = last;
        last = next;
    }
    if (copy->child != NULL)
        copy->child->prev = last; /* as cJSON has it */
    return copy;
}
