/* Files that are there to do harm: each writes one. */
#pragma once

#include <glib.h>

void hostile_truncated(const char *path, const char *whole); /* the first 60 % of a file */
void hostile_encrypted(const char *path);                    /* PDF that asks for a password */
void hostile_empty(const char *path);
void hostile_page_bomb(const char *path);  /* a hundred million pages in 2 kB */
void hostile_huge_page(const char *path);  /* one page, 700 metres wide */
void hostile_flate_bomb(const char *path); /* a page whose drawing expands to 1 GB */
void hostile_pixel_bomb(const char *path); /* PNG of 3.6 thousand million pixels */
void hostile_garbage(const char *path);    /* noise behind the first bytes of a PDF */
void hostile_blank(const char *path);      /* PDF with one empty page */
void hostile_music(const char *path);      /* a kind of file that nobody reads here */
