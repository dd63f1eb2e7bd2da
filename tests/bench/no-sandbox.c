/* Stands in for pipeline/core/sandbox.c where docket-reader is linked without its jail, which only
 * bench/jail.sh does, to see what the jail costs. */
#include "pipeline/core/sandbox.h"

gboolean sandbox_enter(const SandboxOptions *options, GError **error)
{
    return TRUE;
}

char *sandbox_lock(const SandboxOptions *options)
{
    return g_strdup("no jail: for measurements only");
}
