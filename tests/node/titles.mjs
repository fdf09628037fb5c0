// Says what mediawiki-title makes of each title that it is sent, once the first line has said of which site.
import { createInterface } from "node:readline";
import pkg from "mediawiki-title";

const { Title } = pkg;
const lines = createInterface({ input: process.stdin });
let site = null;
lines.on('line', line => {
    const said = JSON.parse(line);
    if (site === null) { site = said; return; }
    let title = null;
    try {
        const found = Title.newFromText(said, site);
        title = found.getNamespace().isMain() ? found.getPrefixedText() : null;
    } catch (error) {
        if (error.name !== 'TitleError') throw error;
    }
    process.stdout.write(JSON.stringify(title) + '\n');
});
