/* An unbounded copy. */
#include <string.h>

void x_copy(char *to, const char *from)
{
    strcpy(to, from);
}
