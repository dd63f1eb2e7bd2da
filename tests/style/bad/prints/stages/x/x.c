/* Prints from a library. */
#include <stdio.h>

void x_say(void)
{
    printf("hello\n");
}
