#include "sandbox.h"

#include "error.h"
#include "limits.h"
#include "sandbox-calls.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BETWEEN "; "
#define ABSENT "without "
#define PART_CALLS "seccomp"
#define PART_FILES "Landlock"
#define PART_RIGHTS "no capabilities"

/* What a reader's life may take. A warm reader lives long, so processor time is no limit here but
 * one that the supervisor moves on with each task (reader_process_allow_cpu). */
#define START_CPU_S 60
#define MAX_DESCRIPTORS 16 /* 0 to 2, the socket, the document, the reading, fonts and maps */

static const struct {
    int resource;
    rlim_t value;
    gboolean soft_only; /* the supervisor, who may have no privileges either, must raise it again */
    const char *reason;
} limit_rows[] = {
    {RLIMIT_CORE, 0, .reason = "a core dump holds a document, and writes a file"},
    {RLIMIT_NOFILE, MAX_DESCRIPTORS, .reason = "memory files outside the address space"},
    {RLIMIT_FSIZE, DOCKET_MAX_RESULT_BYTES, .reason = "one memory file: the largest answer"},
    {RLIMIT_MEMLOCK, 0, .reason = "memory stays swappable"},
    {RLIMIT_MSGQUEUE, 0, .reason = "memory in message queues"},
    {RLIMIT_CPU, START_CPU_S, .soft_only = TRUE, .reason = "a warm-up that never ends"},
#ifndef DOCKET_SANITIZE /* their leak check is a helper process */
    {RLIMIT_NPROC, 0, .reason = "no process and no thread more (root: the filter alone)"},
#endif
};

/* Folders that may be read beneath after the lock; what does not exist is passed over. */
static const struct {
    const char *path;
    gboolean of_pages; /* only by readers of pages */
    const char *reason;
} folder_rows[] = {
    {"/usr/share/fonts", TRUE, "letters of pages that embed none; the system's packages"},
    {"/usr/local/share/fonts", TRUE, "the same; the administrator's"},
    {"/usr/share/poppler", TRUE, "character maps of Chinese, Japanese and Korean PDFs"},
#ifdef DOCKET_SANITIZE
    {"/proc/self", FALSE, "the sanitizers list mappings and threads"},
#endif
};

/* ---- entering ---- */

static gboolean refuse(GError **error, const char *what)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_SANDBOX, "%s: %s", what, g_strerror(errno));
    return FALSE;
}

static gboolean limit(int resource, rlim_t value, gboolean soft_only)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0)
        return FALSE;
    now.rlim_cur = MIN(value, now.rlim_max);
    if (!soft_only)
        now.rlim_max = now.rlim_cur;
    return setrlimit(resource, &now) == 0;
}

gboolean sandbox_enter(const SandboxOptions *options, GError **error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return refuse(error, "no_new_privs");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return refuse(error, "prctl");
    if (close_range((guint)options->socket + 1, ~0u, 0) != 0)
        return refuse(error, "close_range");
    /* Under READ_IMPLIES_EXEC a mapping to read would be one to execute. */
    int persona = personality(0xffffffff);
    if (persona != -1 && (persona & READ_IMPLIES_EXEC))
        personality((gulong)persona & ~(gulong)READ_IMPLIES_EXEC);
    for (gsize i = 0; i < G_N_ELEMENTS(limit_rows); i++)
        if (!limit(limit_rows[i].resource, limit_rows[i].value, limit_rows[i].soft_only))
            return refuse(error, limit_rows[i].reason);
    if (options->memory_bytes > 0 && !limit(RLIMIT_AS, (rlim_t)options->memory_bytes, FALSE))
        return refuse(error, "limit of the address space");
    signal(SIGXFSZ, SIG_IGN); /* a write over the limit fails instead */
    signal(SIGPIPE, SIG_IGN);
    return TRUE;
}

/* ---- locking ---- */

/* Capabilities of a reader that was started as root. 0, or an errno. */
static int drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    /* Refused to whoever has none anyway, and at the end of the list. */
    for (gulong i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0; i++)
        ;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

/* The kernel's structure at its newest that we know; older kernels are told less of it. */
typedef struct {
    guint64 files, network, scope;
} Ruleset;

/* Rights by the version that brought them; headers of the system may be older than its kernel. */
#define FILE_RIGHTS_1 ((1ull << 13) - 1)
#define FILE_REFER (1ull << 13)     /* 2 */
#define FILE_TRUNCATE (1ull << 14)  /* 3 */
#define NETWORK_TCP 3ull            /* 4: bind, connect */
#define FILE_IOCTL_DEV (1ull << 15) /* 5 */
#define SCOPE_ALL 3ull              /* 6: abstract UNIX sockets, signals */

static Ruleset everything(long version, gsize *size)
{
    Ruleset set = {.files = FILE_RIGHTS_1};
    set.files |= version >= 2 ? FILE_REFER : 0;
    set.files |= version >= 3 ? FILE_TRUNCATE : 0;
    set.files |= version >= 5 ? FILE_IOCTL_DEV : 0;
    set.network = version >= 4 ? NETWORK_TCP : 0;
    set.scope = version >= 6 ? SCOPE_ALL : 0;
    *size = version >= 6   ? sizeof set
            : version >= 4 ? G_STRUCT_OFFSET(Ruleset, scope)
                           : G_STRUCT_OFFSET(Ruleset, network);
    return set;
}

static gboolean allow_beneath(int ruleset, const char *path)
{
    int folder = path && *path ? open(path, O_PATH | O_CLOEXEC | O_DIRECTORY) : -1;
    if (folder < 0)
        return TRUE; /* not there: nothing to allow */
    struct landlock_path_beneath_attr beneath = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
                                                                   LANDLOCK_ACCESS_FS_READ_DIR,
                                                 .parent_fd = folder};
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    int saved_errno = errno;
    close(folder);
    errno = saved_errno;
    return result == 0;
}

/* Landlock binds the thread that asks for it: another one would stay outside. */
static gboolean has_threads(void)
{
    return unshare(CLONE_THREAD) != 0 && errno == EINVAL;
}

/* 0, or an errno. */
static int restrict_files(const SandboxOptions *options, long *version)
{
    *version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (*version < 1)
        return *version < 0 ? errno : ENOSYS;
    gsize size;
    Ruleset set = everything(*version, &size);
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
    if (ruleset < 0)
        return errno;
    gboolean good = allow_beneath(ruleset, options->ocr_folder);
    for (gsize i = 0; i < G_N_ELEMENTS(folder_rows) && good; i++)
        if (options->pages || !folder_rows[i].of_pages)
            good = allow_beneath(ruleset, folder_rows[i].path);
    int error = good && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
    close(ruleset);
    return error;
}

static void report(GString *profile, int error, const char *part)
{
    if (profile->len)
        g_string_append(profile, BETWEEN);
    if (error)
        g_string_append_printf(profile, ABSENT "%s: %s", part, g_strerror(error));
    else
        g_string_append(profile, part);
}

char *sandbox_lock(const SandboxOptions *options)
{
    GString *profile = g_string_new(NULL);
    long version = 0;
    gboolean threads = has_threads();
    report(profile, drop_capabilities(), PART_RIGHTS);
    int files = threads ? EBUSY : restrict_files(options, &version);
    report(profile, files, PART_FILES);
    if (!files)
        g_string_append_printf(profile, " %ld", version);
    report(profile, sandbox_calls_load(options->socket, !files), PART_CALLS);
    return g_string_free(profile, FALSE);
}

/* ---- what a profile says ---- */

/* TRUE when `part` is a whole part of the profile, or begins one and a number follows. */
static gboolean has_part(const char *const *parts, const char *part)
{
    gsize length = strlen(part);
    for (; *parts; parts++)
        if (g_str_has_prefix(*parts, part) &&
            ((*parts)[length] == '\0' ||
             ((*parts)[length] == ' ' && g_ascii_isdigit((*parts)[length + 1]))))
            return TRUE;
    return FALSE;
}

char *sandbox_missing(const char *profile)
{
    static const char *const needed[] = {PART_CALLS, PART_FILES, PART_RIGHTS};
    g_auto(GStrv) parts = g_strsplit(profile, BETWEEN, -1);
    g_autoptr(GString) missing = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (has_part((const char *const *)parts, needed[i]))
            continue;
        g_autofree char *absent = g_strconcat(ABSENT, needed[i], NULL);
        const char *why = needed[i];
        for (guint p = 0; parts[p]; p++)
            if (g_str_has_prefix(parts[p], absent))
                why = parts[p] + strlen(ABSENT);
        g_string_append_printf(missing, "%s%s", missing->len ? BETWEEN : "", why);
    }
    return missing->len ? g_strdup(missing->str) : NULL;
}
