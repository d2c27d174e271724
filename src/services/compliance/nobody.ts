/** Stands for a requester who has no account (the nil UUID of RFC 9562, section 5.9). */
export const NOBODY = '00000000-0000-0000-0000-000000000000';
