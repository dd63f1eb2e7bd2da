/* TNEF, the "winmail.dat" that Outlook sends to programs that are not Outlook: the files in it. */
#pragma once

#include <glib.h>

/* `name` is bytes in the sender's code page, NULL when there is none; `content` is lent. */
typedef void (*TnefFound)(const char *name, GBytes *content, gpointer data);

/* Calls back for each attached file. FALSE when it is not TNEF; one that is cut gives what is whole. */
gboolean tnef_files(GBytes *tnef, TnefFound found, gpointer data);
