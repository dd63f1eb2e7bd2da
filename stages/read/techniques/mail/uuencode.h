/* Files written into the text of a mail between "begin 644 name" and "end" (POSIX uuencode). */
#pragma once

#include <glib.h>

/* `content` is lent. */
typedef void (*UuFound)(const char *name, GBytes *content, gpointer data);

/* Calls back for each file, and takes it out of the text. What only begins like one stays. */
void uu_take_files(GString *text, UuFound found, gpointer data);
