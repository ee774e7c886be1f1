// The version of Hebb, where a browser can read it too; a test holds it to package.json.

/** The version of Hebb, as in package.json. */
export const version = '0.1.0';
