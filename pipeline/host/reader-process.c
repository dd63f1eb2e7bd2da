#include "reader-process.h"

#include "pipeline/core/error.h"
#include "pipeline/core/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READER_NAME "docket-reader"
#define READER_SOCKET 3
/* A reader that broke its socket has a moment to die by itself, so that its own signal is seen. */
#define GRACE_MS 200

struct ReaderProcess {
    pid_t pid;
    int socket;
};

char *reader_process_find(GError **error)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self ? self : ".");
    g_autofree char *beside = g_build_filename(folder, READER_NAME, NULL);
    if (access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    g_autofree char *installed =
        g_build_filename(folder, "..", "libexec", "docket", READER_NAME, NULL);
    if (access(installed, X_OK) == 0)
        return g_steal_pointer(&installed);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                "the program " READER_NAME " is neither at %s nor at %s: build or install it",
                beside, installed);
    return NULL;
}

/* In the child, between fork and exec: only async-signal-safe calls. */
static void become_reader(int socket, char *const argv[], char *const environment[])
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        _exit(126);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    if (socket == READER_SOCKET)
        fcntl(socket, F_SETFD, 0);
    else
        dup2(socket, READER_SOCKET);
    close_range(READER_SOCKET + 1, ~0u, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    execve(argv[0], argv, environment);
    _exit(127);
}

/* Arguments of the reader, all lent. */
typedef struct {
    const char *values[12];
    guint count;
} Arguments;

static void add_argument(Arguments *arguments, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    arguments->values[arguments->count++] = name;
    arguments->values[arguments->count++] = value;
}

ReaderProcess *reader_process_start(const ReaderOptions *options, GError **error)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        docket_error_set_errno(error, errno, "opening a socket for", READER_NAME);
        return NULL;
    }
    g_autofree char *memory = g_strdup_printf("%" G_GUINT64_FORMAT, options->memory_bytes);
    Arguments arguments = {.values = {options->program}, .count = 1};
    add_argument(&arguments, "--languages", options->languages);
    add_argument(&arguments, "--memory", memory);
    add_argument(&arguments, "--tessdata", options->tessdata);
    add_argument(&arguments, "--for", options->kind);
    char *environment[] = {NULL};
    pid_t pid = fork();
    if (pid == 0)
        become_reader(pair[1], (char *const *)arguments.values, environment);
    int saved_errno = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        docket_error_set_errno(error, saved_errno, "starting", READER_NAME);
        return NULL;
    }
    setpgid(pid, pid); /* both sides do it: whoever comes first */
    ReaderProcess *process = g_new0(ReaderProcess, 1);
    process->pid = pid;
    process->socket = pair[0];
    return process;
}

int reader_process_socket(const ReaderProcess *process)
{
    return process->socket;
}

void reader_process_allow_cpu(const ReaderProcess *process, guint seconds)
{
    clockid_t clock;
    struct timespec used;
    struct rlimit now;
    if (clock_getcpuclockid(process->pid, &clock) != 0 || clock_gettime(clock, &used) != 0 ||
        prlimit(process->pid, RLIMIT_CPU, NULL, &now) != 0)
        return;
    now.rlim_cur = MIN((rlim_t)used.tv_sec + seconds + 1, now.rlim_max);
    prlimit(process->pid, RLIMIT_CPU, &now, NULL);
}

/* The number behind "\nNAME:" in what the kernel says about the process. FALSE if it says none. */
static gboolean status_number(const ReaderProcess *process, const char *name, guint64 *number)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)process->pid);
    g_autofree char *key = g_strdup_printf("\n%s:", name);
    g_autofree char *status = NULL;
    if (!g_file_get_contents(path, &status, NULL, NULL))
        return FALSE;
    const char *line = strstr(status, key);
    if (line)
        *number = g_ascii_strtoull(line + strlen(key), NULL, 10);
    return line != NULL;
}

gboolean reader_process_is_filtered(const ReaderProcess *process)
{
    guint64 mode = SECCOMP_MODE_FILTER, no_new_privileges = 1;
    status_number(process, "Seccomp", &mode);
    status_number(process, "NoNewPrivs", &no_new_privileges);
    return mode == SECCOMP_MODE_FILTER && no_new_privileges == 1;
}

guint64 reader_process_memory(const ReaderProcess *process)
{
    guint64 kilobytes = 0;
    return status_number(process, "VmHWM", &kilobytes) ? kilobytes << 10 : 0;
}

/* TRUE when the process has ended by itself within the grace time. It stays a zombie, so that its
 * number (and its group's) cannot be anybody else's yet. */
static gboolean ended_by_itself(pid_t pid, guint grace_ms)
{
    for (guint waited = 0;; waited += 5) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
            return TRUE;
        if (waited >= grace_ms)
            return FALSE;
        g_usleep(5000);
    }
}

ReaderEnd reader_process_end(ReaderProcess *process, gboolean at_once)
{
    ReaderEnd end = {.exit_code = -1};
    int status = 0;
    struct rusage usage = {0};
    guint64 memory = reader_process_memory(process);
    close(process->socket);
    gboolean by_itself = ended_by_itself(process->pid, at_once ? 0 : GRACE_MS);
    /* The group may hold children that the reader should never have had. */
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    while (wait4(process->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    if (by_itself && WIFSIGNALED(status))
        end.signal = WTERMSIG(status);
    if (WIFEXITED(status))
        end.exit_code = WEXITSTATUS(status);
    end.peak_memory = MAX(memory, (guint64)usage.ru_maxrss << 10);
    g_free(process);
    return end;
}

char *reader_process_probe(const ReaderOptions *options, GError **error)
{
    ReaderProcess *process = reader_process_start(options, error);
    if (!process)
        return NULL;
    struct pollfd wait = {.fd = process->socket, .events = POLLIN};
    g_auto(WireFrame) frame = {.fd = -1};
    gboolean eof = FALSE;
    gboolean ready = poll(&wait, 1, READER_START_DEADLINE_S * 1000) == 1 &&
                     wire_receive(process->socket, &frame, &eof, NULL) && !eof &&
                     frame.kind == WIRE_READY;
    gboolean filtered = reader_process_is_filtered(process);
    ReaderEnd end = reader_process_end(process, ready);
    if (!ready)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "%s did not come up (status %d, signal %d)", options->program, end.exit_code,
                    end.signal);
    else if (!filtered)
        return g_strdup("without seccomp: the kernel shows no filter");
    return ready ? g_steal_pointer(&frame.message) : NULL;
}
