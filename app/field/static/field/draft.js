// A case that is being filed. Its id is made when it is begun, so that sending it twice files it once.

/** A new draft; what a queue keeps must be all in here. */
export function begin() {
  return {
    id: crypto.randomUUID(),
    begunAt: new Date().toISOString(),
    photos: [],
    place: null,
    category: null,
    description: "",
    urgency: "normal",
  };
}

/** The body of the filing as it is sent. Once the server has taken it, it never changes under this id. */
export function body(draft) {
  return {
    category: draft.category,
    ...placed(draft.place),
    observed_at: draft.photos[0]?.at ?? draft.begunAt,
    urgency: draft.urgency,
    channel: "inspector",
    ...(draft.description && { description: draft.description }),
  };
}

/** The pin, with the community that was picked for it; or a unit or words without a pin. */
function placed({ lon, lat, accuracy, area, text }) {
  const said = { ...(area && { area }), ...(text && { place_text: text }) };
  if (lon === undefined) return said;
  return {
    geometry: { type: "Point", coordinates: [lon, lat] },
    crs: "wgs84",
    ...(accuracy !== undefined && { accuracy_m: accuracy }),
    ...said,
  };
}
