// The default limits of the API.

/** In Unicode scalar values, as `lengthOf` counts them. */
export const TITLE_MAX = 200;
export const DESCRIPTION_MAX = 1000;
export const TAG_MAX = 50;

/** The number of tags of a task. */
export const TAGS_MAX = 20;

/** The length of a text as the API counts it. */
export const lengthOf = (text: string) => [...text].length;
