/** Who holds a unit, as Doorstep's own screens write it (PROTOCOL F11). Any other text names somebody else. */
export const STATION = 'station';
export const CREW = 'crew';
export const CUSTOMER = 'customer';
