/* Runs a program and says what processor time it used itself, and what its children did:
 *   cpu-share PROGRAM [ARGUMENT…]
 * One line on standard error: seconds of both, and the share of the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that has ended and was not waited for shows its times still (proc(5)). */
static int read_times(pid_t pid, double times[4])
{
    char path[64], line[2048] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file))
        return 0;
    fclose(file);
    const char *fields = strrchr(line, ')'); /* the name before it may hold anything */
    unsigned long long ticks[4];
    if (!fields ||
        sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu",
               &ticks[0], &ticks[1], &ticks[2], &ticks[3]) != 4)
        return 0;
    for (int i = 0; i < 4; i++)
        times[i] = (double)ticks[i] / (double)sysconf(_SC_CLK_TCK);
    return 1;
}

int main(int argc, char **argv)
{
    double times[4];
    siginfo_t info;
    int status = 0;
    if (argc < 2)
        return 2;
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 ||
        !read_times(pid, times))
        return 1;
    waitpid(pid, &status, 0);
    double own = times[0] + times[1], children = times[2] + times[3];
    fprintf(stderr, "supervisor %.2f s, readers %.2f s, share %.1f %%\n", own, children,
            own + children > 0 ? 100 * own / (own + children) : 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
