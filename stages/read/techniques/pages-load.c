#include "pages-load.h"

#include <dlfcn.h>

const Pages *pages_load(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self ? self : "");
    g_autofree char *path = g_build_filename(folder, PAGES_OBJECT, NULL);
    /* Symbols are bound as they are used, as those of a program are: most never are. */
    void *object = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    return object ? dlsym(object, PAGES_SYMBOL) : NULL;
}
