/* Attackers behind the same lock as docket-reader's: each tries one thing in a process of its own and
 * must fail in exactly the way that is written here. The libraries are warm, as in a reader. */
#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/core/limits.h"
#include "pipeline/core/sandbox.h"
#include "stages/read/techniques/pages/warm.h"

#define SOCKET 3
#define MEMORY (1024ull << 20)
#define ESCAPED 0 /* the attack worked */
#define NOT_LOCKED 200
#define KILLED (-SIGSYS)    /* what became of it: an errno, or a signal below zero */
#define PARENT 471147114711 /* stands for the number of the parent */
#define TEXT(s) ((long)(s))

typedef struct {
    const char *name;
    int expected;
    int sanitized; /* the same in a build with sanitizers, whose table has more rows; 0: the same */
    long call;
    long arguments[6];
    int (*act)(void); /* instead of one call: ESCAPED, or the errno of the refusal */
    gboolean plain;   /* in a reader that reads no pages */
} Attack;

/* In place of `sanitized`: the sanitizers need it, so there it works. */
#define ALLOWED (-1000)

static char scratch[4096];

/* ---- attacks that are more than one call ---- */

static int run_code(void)
{
    /* ret */
    unsigned char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 0xc3;
    return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 ? ESCAPED : errno;
}

static int new_memory_file(void)
{
    int fd = memfd_create("attack", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || write(fd, "\177ELF", 4) != 4)
        _exit(NOT_LOCKED);
    return fd;
}

static int map_memory_file_as_code(void)
{
    void *code = mmap(NULL, 4, PROT_READ | PROT_EXEC, MAP_PRIVATE, new_memory_file(), 0);
    return code != MAP_FAILED ? ESCAPED : errno;
}

static int execute_memory_file(void)
{
    char *none[] = {NULL};
    fexecve(new_memory_file(), none, none);
    return errno;
}

static void *idle(void *data)
{
    return data;
}

static int start_thread(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, idle, NULL);
}

static int eat_memory(void)
{
    guint64 eaten = 0;
    for (; eaten <= MEMORY; eaten += 1 << 20)
        if (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
            MAP_FAILED)
            return errno;
    return ESCAPED;
}

static int eat_descriptors(void)
{
    for (guint n = 0; n < 16; n++)
        if (memfd_create("attack", MFD_CLOEXEC) < 0)
            return errno;
    return ESCAPED;
}

/* Only the last byte is written: a hole costs nothing, a limit that holds costs less. */
static int write_too_much(void)
{
    int fd = new_memory_file();
    lseek(fd, DOCKET_MAX_RESULT_BYTES, SEEK_SET);
    return write(fd, "", 1) == 1 ? ESCAPED : errno;
}

static int connect_anywhere(void)
{
    struct sockaddr address = {.sa_family = AF_UNSPEC};
    return connect(SOCKET, &address, sizeof address) == 0 ? ESCAPED : errno;
}

static int send_elsewhere(void)
{
    struct msghdr message = {0};
    return sendmsg(0, &message, 0) == 0 ? ESCAPED : errno;
}

static int ignore_processor_limit(void)
{
    return signal(SIGXCPU, SIG_IGN) != SIG_ERR ? ESCAPED : errno;
}

static int block_processor_limit(void)
{
    sigset_t all;
    sigfillset(&all);
    return sigprocmask(SIG_BLOCK, &all, NULL) == 0 ? ESCAPED : errno;
}

static int raise_limits(void)
{
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_CPU, &more) == 0 ? ESCAPED : errno;
}

#ifdef __x86_64__
static int call_as_32_bit(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory"); /* getpid */
    return ESCAPED;
}

static int call_as_x32(void)
{
    return syscall(0x40000000 | SYS_getpid) > 0 ? ESCAPED : errno;
}
#endif

static int die_honestly(void)
{
    abort();
}

static int read_fonts(void)
{
    int fd = open("/usr/share/fonts", O_RDONLY | O_DIRECTORY);
    return fd >= 0 ? ECANCELED : errno;
}

static cairo_status_t drop(void *closure, const unsigned char *data, unsigned int length)
{
    return CAIRO_STATUS_SUCCESS;
}

/* A page with letters in a font of the system, as overlays are drawn. */
static int draw_letters(void)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(drop, NULL, 99, 99);
    cairo_t *cr = cairo_create(surface);
    cairo_select_font_face(cr, "sans", CAIRO_FONT_SLANT_ITALIC, CAIRO_FONT_WEIGHT_BOLD);
    cairo_show_text(cr, "letters");
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    return cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS ? ECANCELED : EIO;
}

/* A memory file of the parent, as the supervisor holds the documents of other readers. */
static struct {
    char path[64];
} victim;

static int open_documents_of_others(void)
{
    int fd = open(victim.path, O_RDONLY);
    return fd >= 0 ? ESCAPED : errno;
}

static const Attack attacks[] = {
    /* files */
    {"read a file", EACCES, 0, SYS_openat, {AT_FDCWD, TEXT("/etc/passwd"), O_RDONLY}},
    {"read it by another way",
     EACCES,
     0,
     SYS_openat,
     {AT_FDCWD, TEXT("/usr/share/fonts/../../../etc/passwd"), O_RDONLY}},
    {"read the old way", EACCES, 0, SYS_open, {TEXT("/etc/passwd"), O_RDONLY}},
    {"list a folder", EACCES, 0, SYS_openat, {AT_FDCWD, TEXT("/"), O_RDONLY | O_DIRECTORY}},
    {"open a device", EACCES, 0, SYS_openat, {AT_FDCWD, TEXT("/dev/zero"), O_RDONLY}},
    {"read its memory as a file",
     EACCES,
     ALLOWED,
     SYS_openat,
     {AT_FDCWD, TEXT("/proc/self/mem"), O_RDONLY}},
    {"read another's environment",
     EACCES,
     0,
     SYS_openat,
     {AT_FDCWD, TEXT("/proc/1/environ"), O_RDONLY}},
    {"open its socket again", ENXIO, 0, SYS_openat, {AT_FDCWD, TEXT("/proc/self/fd/3"), O_RDONLY}},
    {"read the documents of others", EACCES, .act = open_documents_of_others},
    {"read through openat2",
     KILLED,
     0,
     SYS_openat2,
     {AT_FDCWD, TEXT("/etc/passwd"), TEXT(scratch), 24}},
    {"open without reading", KILLED, 0, SYS_openat, {AT_FDCWD, TEXT("/etc/passwd"), O_PATH}},
    {"write a file",
     KILLED,
     0,
     SYS_openat,
     {AT_FDCWD, TEXT("/tmp/docket-attack"), O_WRONLY | O_CREAT, 0600}},
    {"write an unnamed file",
     KILLED,
     0,
     SYS_openat,
     {AT_FDCWD, TEXT("/tmp"), O_RDWR | O_TMPFILE, 0600}},
    {"write where it may read",
     KILLED,
     0,
     SYS_openat,
     {AT_FDCWD, TEXT("/usr/share/fonts/x"), O_WRONLY | O_CREAT, 0600}},
    {"truncate", KILLED, 0, SYS_truncate, {TEXT("/tmp/docket-attack"), 0}},
    {"create", KILLED, 0, SYS_creat, {TEXT("/tmp/docket-attack"), 0600}},
    {"delete", KILLED, 0, SYS_unlink, {TEXT("/tmp/docket-attack")}},
    {"delete at", KILLED, 0, SYS_unlinkat, {AT_FDCWD, TEXT("/tmp/docket-attack"), 0}},
    {"rename", KILLED, 0, SYS_rename, {TEXT("/tmp/docket-attack"), TEXT("/tmp/docket-attack-2")}},
    {"make a folder", KILLED, 0, SYS_mkdir, {TEXT("/tmp/docket-attack"), 0700}},
    {"make a link", KILLED, 0, SYS_link, {TEXT("/etc/passwd"), TEXT("/tmp/docket-attack")}},
    {"make a symbolic link",
     KILLED,
     0,
     SYS_symlink,
     {TEXT("/etc/passwd"), TEXT("/tmp/docket-attack")}},
    {"make a device", KILLED, 0, SYS_mknod, {TEXT("/tmp/docket-attack"), S_IFCHR | 0600, 259}},
    {"change rights", KILLED, 0, SYS_chmod, {TEXT("/tmp"), 0777}},
    {"change folder", KILLED, 0, SYS_chdir, {TEXT("/")}},
    {"change root", KILLED, 0, SYS_chroot, {TEXT("/usr/share/fonts")}},
    {"mount", KILLED, 0, SYS_mount, {TEXT("none"), TEXT("/mnt"), TEXT("tmpfs"), 0, 0}},
    {"watch files", KILLED, 0, SYS_inotify_init1},
    {"open by handle", KILLED, 0, SYS_open_by_handle_at, {AT_FDCWD, TEXT(scratch), O_RDONLY}},
    {"ask for a file's size",
     EACCES,
     0,
     SYS_newfstatat,
     {AT_FDCWD, TEXT("/etc/passwd"), TEXT(scratch), 0}},
    {"ask whether a file is there", EACCES, 0, SYS_access, {TEXT("/etc/passwd"), R_OK}},
    {"ask where its program is",
     EACCES,
     0,
     SYS_readlink,
     {TEXT("/proc/self/exe"), TEXT(scratch), 4096}},
    {"ask where it is", EACCES, 0, SYS_getcwd, {TEXT(scratch), 4096}},

    /* programs and code */
    {"execute", KILLED, 0, SYS_execve, {TEXT("/bin/true"), 0, 0}},
    {"execute at", KILLED, 0, SYS_execveat, {AT_FDCWD, TEXT("/bin/true"), 0, 0, 0}},
    {"execute a memory file", KILLED, .act = execute_memory_file},
    {"map code",
     KILLED,
     0,
     SYS_mmap,
     {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
    {"map a memory file as code", KILLED, .act = map_memory_file_as_code},
    {"turn data into code", KILLED, .act = run_code},
    {"turn data into code by a key",
     KILLED,
     0,
     SYS_pkey_mprotect,
     {TEXT(scratch), 4096, PROT_EXEC, -1}},
    {"make all data code", KILLED, EPERM, SYS_personality, {READ_IMPLIES_EXEC}},
    {"attach shared memory", KILLED, 0, SYS_shmat, {0, 0, 0100000 /* SHM_EXEC */}},
    {"load a module", KILLED, 0, SYS_finit_module, {0, TEXT(""), 0}},
    {"load a BPF program", KILLED, 0, SYS_bpf, {5, TEXT(scratch), 64}},

    /* processes */
    {"fork", KILLED, EPERM, SYS_fork},
    {"clone", KILLED, EPERM, SYS_clone, {SIGCHLD, 0, 0, 0, 0}},
    {"clone3", KILLED, ENOSYS, SYS_clone3, {TEXT(scratch), 64}},
    {"start a thread", KILLED, EPERM, .act = start_thread},
    {"new user namespace", KILLED, 0, SYS_unshare, {CLONE_NEWUSER}},
    {"enter a namespace", KILLED, 0, SYS_setns, {0, 0}},
    {"be traced", KILLED, 0, SYS_ptrace, {PTRACE_TRACEME, 0, 0, 0}},
    {"trace the parent", KILLED, EPERM, SYS_ptrace, {PTRACE_ATTACH, PARENT, 0, 0}},
    {"read the parent's memory",
     KILLED,
     0,
     SYS_process_vm_readv,
     {PARENT, TEXT(scratch), 1, TEXT(scratch), 1, 0}},
    {"write the parent's memory",
     KILLED,
     0,
     SYS_process_vm_writev,
     {PARENT, TEXT(scratch), 1, TEXT(scratch), 1, 0}},
    {"get hold of the parent", KILLED, 0, SYS_pidfd_open, {PARENT, 0}},
    {"take the parent's descriptor", KILLED, 0, SYS_pidfd_getfd, {0, 0, 0}},
    {"kill the parent", KILLED, 0, SYS_kill, {PARENT, SIGKILL}},
    {"kill a thread of the parent", KILLED, 0, SYS_tgkill, {PARENT, PARENT, SIGKILL}},
    {"kill everybody", KILLED, 0, SYS_kill, {-1, SIGKILL}},
    {"signal with data", KILLED, 0, SYS_rt_sigqueueinfo, {PARENT, SIGTERM, TEXT(scratch)}},
    {"have the kernel signal the parent", KILLED, 0, SYS_fcntl, {SOCKET, F_SETOWN, PARENT}},
    {"have a timer signal", KILLED, 0, SYS_timer_create, {0, TEXT(scratch), TEXT(scratch)}},
    {"change the parent's limits",
     KILLED,
     0,
     SYS_prlimit64,
     {PARENT, RLIMIT_CPU, TEXT(scratch), 0}},
    {"outlive the parent", KILLED, ALLOWED, SYS_prctl, {PR_SET_PDEATHSIG, 0, 0, 0, 0}},
    {"be debugged", KILLED, ALLOWED, SYS_prctl, {PR_SET_DUMPABLE, 1, 0, 0, 0}},
    {"leave its group", KILLED, 0, SYS_setsid},
    {"slow the others down", KILLED, 0, SYS_setpriority, {PRIO_PROCESS, PARENT, 19}},

    /* network */
    {"TCP", KILLED, 0, SYS_socket, {AF_INET, SOCK_STREAM, 0}},
    {"UDP", KILLED, 0, SYS_socket, {AF_INET6, SOCK_DGRAM, 0}},
    {"UNIX", KILLED, 0, SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
    {"netlink", KILLED, 0, SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
    {"raw", KILLED, 0, SYS_socket, {AF_PACKET, SOCK_RAW, 0}},
    {"pair", KILLED, EPERM, SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, TEXT(scratch)}},
    {"connect its socket", KILLED, .act = connect_anywhere},
    {"send to an address", KILLED, 0, SYS_sendto, {SOCKET, TEXT(scratch), 1, 0, TEXT(scratch), 16}},
    {"send elsewhere", KILLED, .act = send_elsewhere},
    {"put something else in the socket's place", KILLED, 0, SYS_dup2, {0, SOCKET}},

    /* the kernel */
    {"io_uring", KILLED, 0, SYS_io_uring_setup, {8, TEXT(scratch)}},
    {"userfaultfd", KILLED, 0, SYS_userfaultfd},
    {"perf events", KILLED, 0, SYS_perf_event_open, {TEXT(scratch), 0, -1, -1, 0}},
    {"keys", KILLED, 0, SYS_keyctl, {0, -3, 1}},
    {"its log", KILLED, 0, SYS_syslog, {3, TEXT(scratch), 4096}},
    {"its clock", KILLED, 0, SYS_clock_settime, {0, TEXT(scratch)}},
    {"another terminal control", KILLED, 0, SYS_ioctl, {0, TIOCSTI, TEXT("x")}},
    {"huge memory files", KILLED, 0, SYS_memfd_create, {TEXT("attack"), MFD_HUGETLB}},
    {"secret memory", KILLED, 0, SYS_memfd_secret},
    {"a filter of its own", KILLED, 0, SYS_seccomp, {1, 0, TEXT(scratch)}},
    {"a ruleset of its own", KILLED, 0, SYS_landlock_create_ruleset, {TEXT(scratch), 8, 0}},
    {"become root", KILLED, 0, SYS_setresuid, {0, 0, 0}},
    {"take capabilities", KILLED, 0, SYS_capset, {TEXT(scratch), TEXT(scratch)}},
#ifdef __x86_64__
    {"calls of x32", KILLED, .act = call_as_x32},
#endif

    /* limits */
    {"raise its limits", KILLED, .act = raise_limits},
    {"ignore the limit of processor time", KILLED, ALLOWED, .act = ignore_processor_limit},
    {"put off the limit of processor time", KILLED, ALLOWED, .act = block_processor_limit},
    {"eat memory", ENOMEM, ALLOWED, .act = eat_memory},
    {"eat descriptors", EMFILE, .act = eat_descriptors},
    {"write too much", EFBIG, .act = write_too_much},

    /* and what it may: or the rest would prove nothing */
    {"read the fonts", ECANCELED, .act = read_fonts},
    {"read the fonts without pages", EACCES, .act = read_fonts, .plain = TRUE},
    {"draw letters", ECANCELED, .act = draw_letters},
    {"look for a terminal", ENOTTY, 0, SYS_ioctl, {0, TCGETS, TEXT(scratch)}},
    {"abort", -SIGABRT, .act = die_honestly},
};

/* ---- the harness ---- */

static int perform(const Attack *attack, long parent)
{
    if (attack->act)
        return attack->act();
    long a[6];
    for (guint i = 0; i < G_N_ELEMENTS(a); i++)
        a[i] = attack->arguments[i] == PARENT ? parent : attack->arguments[i];
    return syscall(attack->call, a[0], a[1], a[2], a[3], a[4], a[5]) >= 0 ? ESCAPED : errno;
}

/* The locking is docket-reader's own, in the same order. Returns what the jail lacks, or NULL. */
static char *lock(gboolean pages)
{
    int pair[2];
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
        _exit(NOT_LOCKED);
    for (int fd = 0; fd < SOCKET; fd++)
        dup2(nowhere, fd);
    if (dup2(pair[0], SOCKET) != SOCKET)
        _exit(NOT_LOCKED);
    SandboxOptions options = {.socket = SOCKET, .memory_bytes = MEMORY, .pages = pages};
#ifdef DOCKET_SANITIZE
    options.memory_bytes = 0;
#endif
    if (!sandbox_enter(&options, NULL))
        _exit(NOT_LOCKED);
    g_autofree char *profile = sandbox_lock(&options);
    return sandbox_missing(profile);
}

static void attack_behind_lock(const Attack *attack)
{
    pid_t parent = getppid();
    g_autofree char *missing = lock(!attack->plain);
    _exit(missing ? NOT_LOCKED : perform(attack, parent));
}

static int wait_for(pid_t pid)
{
    int status;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int expected_of(const Attack *attack)
{
#ifdef DOCKET_SANITIZE
    if (attack->sanitized)
        return attack->sanitized == ALLOWED ? ESCAPED : attack->sanitized;
#endif
    return attack->expected;
}

static void test_attack(gconstpointer data)
{
    const Attack *attack = data;
    pid_t pid = fork();
    if (pid == 0)
        attack_behind_lock(attack);
    g_assert_cmpint(wait_for(pid), ==, expected_of(attack));
}

/* Whether this kernel gives the whole jail; without it there is nothing to attack. */
static gboolean kernel_has_it(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        g_autofree char *missing = lock(TRUE);
        _exit(missing ? NOT_LOCKED : 0);
    }
    return wait_for(pid) == 0;
}

#ifdef __x86_64__
/* A kernel without 32-bit programs answers with a fault before any filter is asked. */
static void test_32_bit(void)
{
    static const Attack attack = {"32-bit calls", KILLED, .act = call_as_32_bit};
    pid_t pid = fork();
    if (pid == 0)
        attack_behind_lock(&attack);
    int outcome = wait_for(pid);
    g_assert_true(outcome == -SIGSYS || outcome == -SIGSEGV);
}
#endif

static int spin(void)
{
    for (volatile guint64 n = 1; n; n++)
        ;
    return ESCAPED;
}

/* The limit is moved from outside, as the supervisor does with each task. */
static void test_processor_time(void)
{
    static const Attack attack = {"spin", -SIGXCPU, .act = spin};
    pid_t pid = fork();
    if (pid == 0)
        attack_behind_lock(&attack);
    g_usleep(300 * 1000); /* sandbox_enter() sets its own */
    struct rlimit second = {1, 0};
    struct rlimit now;
    g_assert_cmpint(prlimit(pid, RLIMIT_CPU, NULL, &now), ==, 0);
    second.rlim_max = now.rlim_max;
    g_assert_cmpint(prlimit(pid, RLIMIT_CPU, &second, NULL), ==, 0);
    g_assert_cmpint(wait_for(pid), ==, -SIGXCPU);
}

/* A second thread would stay outside Landlock: there must be no lock that overlooks it. */
static void test_threads_are_told(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        SandboxOptions options = {.socket = SOCKET};
        g_autofree char *profile = NULL;
        pthread_create(&thread, NULL, (void *(*)(void *))(gpointer)spin, NULL);
        profile = sandbox_lock(&options);
        g_autofree char *missing = sandbox_missing(profile);
        _exit(missing && strstr(missing, "Landlock") ? 0 : 1);
    }
    g_assert_cmpint(wait_for(pid), ==, 0);
}

static void test_profiles(void)
{
    static const struct {
        const char *profile, *missing;
    } cases[] = {
        {"no capabilities; Landlock 7; seccomp", NULL},
        {"seccomp; Landlock 1; no capabilities; more", NULL},
        {"no capabilities; without Landlock: Function not implemented; seccomp",
         "Landlock: Function not implemented"},
        {"no capabilities; without Landlock: x; without seccomp: y", "seccomp: y; Landlock: x"},
        {"", "seccomp; Landlock; no capabilities"},
        {"seccompanied; Landlock x; no capabilities", "seccomp; Landlock"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *missing = sandbox_missing(cases[i].profile);
        g_assert_cmpstr(missing, ==, cases[i].missing);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(Warm) warm = warm_new("eng", NULL);
    if (!kernel_has_it()) {
        g_printerr("skipped: this kernel does not give the whole jail\n");
        return 77;
    }
    int document = memfd_create("document", MFD_CLOEXEC);
    g_snprintf(victim.path, sizeof victim.path, "/proc/%d/fd/%d", (int)getpid(), document);
    g_assert_cmpint(access(victim.path, R_OK), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(attacks); i++) {
        g_autofree char *path = g_strconcat("/jail/", attacks[i].name, NULL);
        g_strdelimit(path + strlen("/jail/"), " ", '-');
        g_test_add_data_func(path, &attacks[i], test_attack);
    }
#ifdef __x86_64__
    g_test_add_func("/jail/32-bit", test_32_bit);
#endif
    g_test_add_func("/jail/processor-time", test_processor_time);
    g_test_add_func("/jail/threads-are-told", test_threads_are_told);
    g_test_add_func("/jail/profiles", test_profiles);
    return g_test_run();
}
