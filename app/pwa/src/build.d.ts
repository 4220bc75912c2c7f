/** Short name of the sources this code was built from; the same as `build` in /static/build.json. */
declare const __BUILD__: string;
