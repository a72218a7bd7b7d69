// perspective-api-client has Google's address built in; its axios is told another one.
import axios from "axios";
import Perspective from "perspective-api-client";

const { SERVICE, KEY } = process.env;
axios.interceptors.request.use((config) => ({
  ...config,
  url: config.url.replace("https://commentanalyzer.googleapis.com", SERVICE),
}));

const perspective = new Perspective({ apiKey: KEY });
const message = (promise) => promise.then(() => null, (error) => error.message);

console.log(JSON.stringify({
  abuse: await perspective.analyze("You are a stupid idiot.", { attributes: ["toxicity", "insult"] }),
  thanks: await perspective.analyze("Thank you, that was helpful."),
  spans: await perspective.analyze(
    { comment: { text: "\u{1F600} Thank you. You stupid idiot!" }, spanAnnotations: true, clientToken: "c-7" },
  ),
  unknown: await message(perspective.analyze("Hello there.", { attributes: ["flirtation"] })),
  language: await message(perspective.analyze({ comment: { text: "Halló" }, languages: ["is"] })),
  key: await message(new Perspective({ apiKey: "AIza-not-ours" }).analyze("Hello there.")),
}));
