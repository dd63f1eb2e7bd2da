/* The scanner and the telephone's camera: spoils clean pages as they are spoilt in life. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <leptonica/allheaders.h>

/* Grey pixels (8 bit) of a surface made by paper_image. Caller destroys. */
PIX *scanner_page(cairo_surface_t *surface, int dpi);

/* Each takes `pix` and returns another; `seed` makes the noise repeatable. */
PIX *scanner_skew(PIX *pix, double degrees, int paper);   /* turned; corners get `paper` */
PIX *scanner_noise(PIX *pix, double sigma, guint32 seed); /* sensor noise */
PIX *scanner_blur(PIX *pix, int radius);
PIX *scanner_shade(PIX *pix, double darkest);               /* light falls off to the lower right */
PIX *scanner_perspective(PIX *pix, double lean, int table); /* photographed from one side */

/* JPEG bytes of `pix`. Caller frees with lept_free. */
void scanner_jpeg(PIX *pix, int quality, l_uint8 **bytes, size_t *size);
void scanner_write(PIX *pix, const char *path, int format, int quality);

/* Puts JPEG bytes as one whole page on a PDF begun by paper_pdf_begin, as a scanner does. */
void scanner_pdf_page(cairo_surface_t *pdf, PIX *pix, int quality, double width, double height);
