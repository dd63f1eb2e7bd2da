/* Colour spaces of the map: how light a colour is. */
#include "pdf-objects.h"

#include <lcms2.h>

gboolean pdf_map_has_plain_colours(PdfMap *m, PdfObject resources)
{
    qpdf_oh spaces = key(m, resources, "/ColorSpace");
    return is_null(m, key(m, spaces, "/DefaultGray")) &&
           is_null(m, key(m, spaces, "/DefaultRGB")) && is_null(m, key(m, spaces, "/DefaultCMYK"));
}

/* ---- colour spaces ---- */

static void *open_profile(PdfMap *m, qpdf_oh stream, int parts)
{
    static const cmsUInt32Number formats[] = {0, TYPE_GRAY_DBL, 0, TYPE_RGB_DBL, TYPE_CMYK_DBL};
    g_autoptr(GBytes) bytes = pdf_map_decode(m, stream);
    if (!bytes)
        return NULL;
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    cmsHPROFILE profile = cmsOpenProfileFromMem(data, (cmsUInt32Number)size);
    cmsHPROFILE screen = cmsCreate_sRGBProfile();
    void *transform = NULL;
    if (profile && screen && (int)cmsChannelsOf(cmsGetColorSpace(profile)) == parts)
        transform = cmsCreateTransform(profile, formats[parts], screen, TYPE_RGB_DBL,
                                       INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
    if (profile)
        cmsCloseProfile(profile);
    if (screen)
        cmsCloseProfile(screen);
    return transform;
}

static PdfSpace space_by_profile(PdfMap *m, qpdf_oh array)
{
    PdfSpace space = {0, NULL};
    qpdf_oh stream = qpdf_oh_get_array_item(m->file, array, 1);
    int number = qpdf_oh_get_object_id(m->file, stream);
    if (!qpdf_oh_is_stream(m->file, stream) || number == 0)
        return space;
    int n = (int)get_number(m, key(m, qpdf_oh_get_dict(m->file, stream), "/N"), 0);
    if (n != 1 && n != 3 && n != 4)
        return space;
    if (!g_hash_table_lookup_extended(m->profiles, GINT_TO_POINTER(number), NULL, &space.profile)) {
        space.profile = open_profile(m, stream, n);
        g_hash_table_insert(m->profiles, GINT_TO_POINTER(number), space.profile);
    }
    space.parts = space.profile ? n : 0;
    return space;
}

PdfSpace pdf_map_space(PdfMap *m, PdfObject resources, const char *name)
{
    static const struct {
        const char *name;
        int parts;
    } devices[] = {{"DeviceGray", 1}, {"DeviceRGB", 3}, {"DeviceCMYK", 4}};
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
        if (strcmp(name, devices[i].name) == 0)
            return (PdfSpace){pdf_map_has_plain_colours(m, resources) ? devices[i].parts : 0, NULL};
    qpdf_oh array = resource(m, resources, "/ColorSpace", name);
    if (!qpdf_oh_is_array(m->file, array) || qpdf_oh_get_array_n_items(m->file, array) != 2 ||
        !is_name(m, qpdf_oh_get_array_item(m->file, array, 0), "/ICCBased"))
        return (PdfSpace){0, NULL};
    return space_by_profile(m, array);
}

static double grey_of_rgb(const double *v)
{
    return 0.3 * CLAMP(v[0], 0, 1) + 0.59 * CLAMP(v[1], 0, 1) + 0.11 * CLAMP(v[2], 0, 1);
}

double pdf_space_light(const PdfSpace *space, const double *colour)
{
    double in[4], out[3];
    for (int i = 0; i < space->parts; i++)
        in[i] = CLAMP(colour[i], 0, 1) * (space->profile && space->parts == 4 ? 100 : 1);
    if (space->profile) {
        cmsDoTransform(space->profile, in, out, 1);
        return grey_of_rgb(out);
    }
    switch (space->parts) {
    case 1:
        return in[0];
    case 3:
        return grey_of_rgb(in);
    case 4:
        return (1 - in[3]) * (1 - grey_of_rgb(in));
    default:
        return -1;
    }
}
