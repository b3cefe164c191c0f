// Unpacks the browser into TMPDIR, unless it is there, and prints where its program is.
import chromium from "@sparticuz/chromium";

console.log(await chromium.executablePath());
