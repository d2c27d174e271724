const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });
const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** 24 November 2026 */
export const showDay = (moment: string): string => DAY.format(new Date(moment));

/** 24 Nov 2026, 14:05 */
export const showTime = (moment: string): string => TIME.format(new Date(moment));
