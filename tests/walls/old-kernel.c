/* old-kernel landlock|seccomp COMMAND…: runs a command as on a kernel that lacks this part of the
 * readers' jail. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int refuse(scmp_filter_ctx filter, const char *part)
{
    const uint32_t missing = SCMP_ACT_ERRNO(ENOSYS);
    if (strcmp(part, "landlock") == 0)
        return seccomp_rule_add(filter, missing, SCMP_SYS(landlock_create_ruleset), 0);
    if (strcmp(part, "seccomp") != 0)
        return -EINVAL;
    int result = seccomp_rule_add(filter, missing, SCMP_SYS(seccomp), 0);
    return result ? result
                  : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                                     SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP));
}

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = argc > 2 ? seccomp_init(SCMP_ACT_ALLOW) : NULL;
    if (!filter || refuse(filter, argv[1]) != 0 || seccomp_load(filter) != 0) {
        fprintf(stderr, "usage: old-kernel landlock|seccomp COMMAND…\n");
        return 125;
    }
    seccomp_release(filter);
    execvp(argv[2], argv + 2);
    return 127;
}
