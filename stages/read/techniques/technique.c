#include "technique.h"

#include <string.h>

static gboolean row_takes(const TechniqueRow *row, const char *media_type)
{
    gsize length = strlen(row->media_type);
    if (row->media_type[length - 1] == '/')
        return strncmp(row->media_type, media_type, length) == 0;
    return strcmp(row->media_type, media_type) == 0;
}

const TechniqueRow *technique_find_in(const TechniqueRow *rows, gsize n_rows,
                                      const char *media_type)
{
    for (gsize i = 0; i < n_rows; i++)
        if (row_takes(&rows[i], media_type))
            return &rows[i];
    return NULL;
}
