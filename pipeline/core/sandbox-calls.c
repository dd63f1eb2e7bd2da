#include "sandbox-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

/* Any of them in openat's flags changes something, or opens more than a file's bytes. */
#define MORE_THAN_READING                                                                          \
    (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_PATH | O_DIRECT | O_ASYNC |                      \
     (O_TMPFILE & ~O_DIRECTORY))

typedef enum {
    NO_CONDITION,
    ARGUMENT_IS,      /* all 64 bits */
    ARGUMENT_LACKS,   /* none of these bits */
    ARGUMENT_HAS,     /* all of these bits */
    ARGUMENT_IS_SELF, /* this process (its only thread has the same number) */
    ARGUMENT_IS_SOCKET,
} ConditionKind;

typedef struct {
    ConditionKind kind;
    guint argument; /* from 0 */
    guint64 value;
} Condition;

typedef struct {
    int call;
    /* All must hold, each on another argument. Further rows for the same call are alternatives. */
    Condition conditions[2];
    int refusal;          /* errno that it fails with; 0: it is allowed */
    gboolean opens_files; /* only where Landlock says which; EACCES elsewhere */
    const char *reason;
} CallRow;

#define CALL(name) .call = SCMP_SYS(name)
#define IS(n, wanted)                                                                              \
    {                                                                                              \
        ARGUMENT_IS, n, (guint64)(wanted)                                                          \
    }
#define LACKS(n, bits)                                                                             \
    {                                                                                              \
        ARGUMENT_LACKS, n, (guint64)(bits)                                                         \
    }
#define HAS(n, bits)                                                                               \
    {                                                                                              \
        ARGUMENT_HAS, n, (guint64)(bits)                                                           \
    }
#define SELF(n)                                                                                    \
    {                                                                                              \
        ARGUMENT_IS_SELF, n, 0                                                                     \
    }
#define SOCKET(n)                                                                                  \
    {                                                                                              \
        ARGUMENT_IS_SOCKET, n, 0                                                                   \
    }

/* What is not here kills: exec, fork and threads (clone, clone3), socket, connect, kill, ptrace,
 * process_vm_*, io_uring_*, userfaultfd, bpf, keyctl, mount, prlimit64, prctl … */
static const CallRow call_rows[] = {
    {CALL(recvmsg), {SOCKET(0)}, .reason = "tasks, with the document's descriptor"},
    {CALL(sendmsg), {SOCKET(0)}, .reason = "answers, with the reading's descriptor"},
    {CALL(memfd_create),
     {LACKS(1, ~(guint64)(MFD_CLOEXEC | MFD_ALLOW_SEALING))},
     .reason = "the reading goes out in a memory file"},
    {CALL(fcntl), {IS(1, F_ADD_SEALS)}, .reason = "which is sealed before it is sent"},
    {CALL(fcntl), {IS(1, F_GET_SEALS)}, .reason = "and so must the document's be"},
    {CALL(fcntl), {IS(1, F_GETFL)}, .reason = "fdopen of a font"},
    {CALL(fcntl), {IS(1, F_SETFD)}, .reason = "fonts are closed on exec, which there is none of"},
    {CALL(fcntl), {IS(1, F_GETFD)}, .reason = "the same"},
    {CALL(fcntl), {IS(1, F_DUPFD_CLOEXEC)}, .reason = "Poppler's copy of a descriptor"},

    {CALL(openat),
     {LACKS(2, MORE_THAN_READING)},
     .opens_files = TRUE,
     .reason = "fonts, character maps, OCR data: Landlock lets nothing else pass"},
    {CALL(open), {LACKS(1, MORE_THAN_READING)}, .opens_files = TRUE, .reason = "the same"},
    {CALL(read), .reason = "of what is open"},
    {CALL(readv), .reason = "the same"},
    {CALL(pread64), .reason = "the same"},
    {CALL(lseek), .reason = "the same"},
    {CALL(fadvise64), .reason = "fontconfig reads ahead"},
    {CALL(getdents64), .reason = "of a folder that Landlock let it open"},
    {CALL(write), .reason = "into the memory file; nothing else is open for writing but /dev/null"},
    {CALL(writev), .reason = "libraries that print, to /dev/null"},
    {CALL(close), .reason = "what was open"},
    {CALL(fstat), .reason = "sizes of what is open"},
    {CALL(newfstatat), {HAS(3, AT_EMPTY_PATH)}, .reason = "fstat, as the C library makes it"},
    {CALL(newfstatat),
     {LACKS(3, AT_EMPTY_PATH)},
     .refusal = EACCES,
     .reason = "libraries ask whether a file is there: Landlock does not hide names, this does"},
    {CALL(statx), .refusal = EACCES, .reason = "the same"},
    {CALL(access), .refusal = EACCES, .reason = "the same"},
    {CALL(faccessat), .refusal = EACCES, .reason = "the same"},
    {CALL(faccessat2), .refusal = EACCES, .reason = "the same"},
    {CALL(readlink), .refusal = EACCES, .reason = "the same"},
    {CALL(readlinkat), .refusal = EACCES, .reason = "the same"},
    {CALL(getcwd), .refusal = EACCES, .reason = "the same"},
    {CALL(ioctl),
     {IS(1, TCGETS)},
     .refusal = ENOTTY,
     .reason = "the C library looks for terminals"},

    {CALL(mmap), {LACKS(2, PROT_EXEC)}, .reason = "memory, documents and fonts, never code"},
    {CALL(mprotect), {LACKS(2, PROT_EXEC)}, .reason = "the allocator grows its heap"},
    {CALL(munmap), .reason = "memory"},
    {CALL(mremap), .reason = "memory: it moves pages with the rights that they have"},
    {CALL(madvise), .reason = "memory that is not needed any more"},
    {CALL(brk), .reason = "memory"},

    {CALL(futex), .reason = "locks of libraries; nobody else holds them"},
    {CALL(sched_yield), .reason = "the same"},
    {CALL(sched_getaffinity), .reason = "libraries count processors"},
    {CALL(sysinfo), .reason = "the C library's sort asks how much memory there is"},
    {CALL(clock_gettime), .reason = "time, where the kernel's page for it is not mapped"},
    {CALL(clock_getres), .reason = "the same"},
    {CALL(gettimeofday), .reason = "the same"},
    {CALL(time), .reason = "the same"},
    {CALL(getrusage), .reason = "the processor time of a page"},
    {CALL(getrandom), .reason = "seeds of hash tables"},
    {CALL(getpid), .reason = "abort() names itself to the kernel"},
    {CALL(gettid), .reason = "the same"},
    {CALL(tgkill), {SELF(0), SELF(1)}, .reason = "abort(), and no signal to anybody else"},
    {CALL(rt_sigaction), {IS(0, SIGABRT)}, .reason = "the crash handler gives way to the default"},
    {CALL(rt_sigaction), {IS(0, SIGSEGV)}, .reason = "the same"},
    {CALL(rt_sigaction), {IS(0, SIGBUS)}, .reason = "the same"},
    {CALL(rt_sigaction), {IS(0, SIGTRAP)}, .reason = "the same"},
    {CALL(rt_sigprocmask), {IS(0, SIG_UNBLOCK)}, .reason = "abort(); SIGXCPU stays deliverable"},
    {CALL(rt_sigreturn), .reason = "the end of the crash handler"},
    {CALL(restart_syscall), .reason = "a wait that a stop and a continue interrupted"},
    {CALL(exit), .reason = "the end"},
    {CALL(exit_group), .reason = "the end"},
};

#ifdef DOCKET_SANITIZE
/* Builds with sanitizers only: they keep books in the process and look for leaks at its end from a
 * helper that traces it. No such row is compiled into a program that is shipped. */
static const CallRow sanitizer_rows[] = {
    {CALL(sigaltstack), .reason = "a stack for their own handlers"},
    {CALL(rt_sigprocmask), {IS(0, SIG_BLOCK)}, .reason = "reports are not interrupted"},
    {CALL(rt_sigprocmask), {IS(0, SIG_SETMASK)}, .reason = "the same"},
    {CALL(rt_sigaction), .reason = "the helper's handlers"},
    {CALL(clone),
     {HAS(0, CLONE_UNTRACED | CLONE_VM | CLONE_FS | CLONE_FILES)},
     .reason = "the helper"},
    {CALL(clone), {LACKS(0, CLONE_UNTRACED)}, .refusal = EPERM, .reason = "no symbolizer program"},
    {CALL(clone3), .refusal = ENOSYS, .reason = "the same"},
    {CALL(fork), .refusal = EPERM, .reason = "the same"},
    {CALL(vfork), .refusal = EPERM, .reason = "the same"},
    {CALL(pipe), .refusal = EPERM, .reason = "the same"},
    {CALL(pipe2), .refusal = EPERM, .reason = "the same"},
    {CALL(socketpair), .refusal = EPERM, .reason = "the same"},
    {CALL(ptrace),
     {IS(0, PTRACE_ATTACH)},
     .reason = "the helper stops the process; Landlock lets "
               "it reach no other"},
    {CALL(ptrace), {IS(0, PTRACE_DETACH)}, .reason = "and lets it go"},
    {CALL(ptrace), {IS(0, PTRACE_KILL)}, .reason = "the same"},
    {CALL(ptrace), {IS(0, PTRACE_GETREGS)}, .reason = "registers may hold pointers"},
    {CALL(ptrace), {IS(0, PTRACE_GETREGSET)}, .reason = "the same"},
    {CALL(ptrace), {IS(0, PTRACE_CONT)}, .reason = "the same"},
    {CALL(wait4), .reason = "both wait for each other"},
    {CALL(prctl), {IS(0, PR_SET_DUMPABLE)}, .reason = "or the helper may not trace"},
    {CALL(prctl), {IS(0, PR_GET_DUMPABLE)}, .reason = "the same"},
    {CALL(prctl), {IS(0, PR_SET_PTRACER)}, .reason = "the same"},
    {CALL(prctl), {IS(0, PR_SET_PDEATHSIG)}, .reason = "the helper dies with the process"},
    {CALL(getppid), .reason = "the same"},
    {CALL(getdents), .reason = "the helper lists the threads"},
    {CALL(getrlimit), .reason = "size of the stack"},
    {CALL(prlimit64), {IS(0, 0), IS(2, 0)}, .reason = "the same; no limit is set"},
    {CALL(personality), .refusal = EPERM, .reason = "address randomisation is asked for"},
};
#endif

static gboolean compare(const Condition *condition, int socket, struct scmp_arg_cmp *out)
{
    guint n = condition->argument;
    guint64 value = condition->value;
    switch (condition->kind) {
    case NO_CONDITION:
        return FALSE;
    case ARGUMENT_IS:
        *out = SCMP_CMP64(n, SCMP_CMP_EQ, value);
        break;
    case ARGUMENT_LACKS:
        *out = SCMP_CMP64(n, SCMP_CMP_MASKED_EQ, value, 0);
        break;
    case ARGUMENT_HAS:
        *out = SCMP_CMP64(n, SCMP_CMP_MASKED_EQ, value, value);
        break;
    case ARGUMENT_IS_SELF:
        *out = SCMP_CMP64(n, SCMP_CMP_EQ, (guint64)getpid());
        break;
    case ARGUMENT_IS_SOCKET:
        *out = SCMP_CMP64(n, SCMP_CMP_EQ, (guint64)socket);
        break;
    }
    return TRUE;
}

static int add_rows(scmp_filter_ctx filter, const CallRow *rows, gsize n_rows, int socket,
                    gboolean files)
{
    for (gsize i = 0; i < n_rows; i++) {
        struct scmp_arg_cmp compared[G_N_ELEMENTS(rows[i].conditions)];
        guint n = 0;
        int refusal = rows[i].opens_files && !files ? EACCES : rows[i].refusal;
        while (n < G_N_ELEMENTS(compared) && compare(&rows[i].conditions[n], socket, &compared[n]))
            n++;
        int result = seccomp_rule_add_array(
            filter, refusal ? SCMP_ACT_ERRNO((guint16)refusal) : SCMP_ACT_ALLOW, rows[i].call, n,
            compared);
        /* EDOM: a call that this architecture does not have. */
        if (result < 0 && result != -EDOM)
            return -result;
    }
    return 0;
}

static int build(scmp_filter_ctx filter, int socket, gboolean files)
{
    static const struct {
        enum scmp_filter_attr name;
        guint32 value;
    } attributes[] = {
        {SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS}, /* 32-bit calls have other numbers */
        {SCMP_FLTATR_CTL_NNP, 0},                         /* sandbox_enter() has done that */
        {SCMP_FLTATR_CTL_TSYNC, 1},                       /* no thread stays outside */
        {SCMP_FLTATR_CTL_OPTIMIZE, 2},                    /* a search tree, not a list */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++) {
        int result = seccomp_attr_set(filter, attributes[i].name, attributes[i].value);
        if (result < 0)
            return -result;
    }
    int error = add_rows(filter, call_rows, G_N_ELEMENTS(call_rows), socket, files);
#ifdef DOCKET_SANITIZE
    if (!error)
        error = add_rows(filter, sanitizer_rows, G_N_ELEMENTS(sanitizer_rows), socket, files);
#endif
    return error;
}

int sandbox_calls_load(int socket, gboolean files)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return ENOMEM;
    int error = build(filter, socket, files);
    if (!error)
        error = -seccomp_load(filter);
    seccomp_release(filter);
    return error;
}
