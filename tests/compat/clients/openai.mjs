import OpenAI from "openai";

const { SERVICE, KEY } = process.env;
const client = new OpenAI({ baseURL: `${SERVICE}/v1`, apiKey: KEY, maxRetries: 0 });
const failure = (promise) => promise.then(() => null, (error) => ({
  name: error.constructor.name, status: error.status, code: error.code, param: error.param,
}));

console.log(JSON.stringify({
  one: await client.moderations.create({ model: "omni-moderation-latest", input: "You are a stupid idiot." }),
  two: await client.moderations.create({ input: ["You are a stupid idiot.", "Thank you, that was helpful."] }),
  parts: await client.moderations.create({ input: [{ type: "text", text: "Thank you." }] }),
  image: await failure(client.moderations.create({
    input: [{ type: "image_url", image_url: { url: "https://img.example/a.png" } }],
  })),
  key: await failure(new OpenAI({ baseURL: `${SERVICE}/v1`, apiKey: "sk-not-ours", maxRetries: 0 })
    .moderations.create({ input: "Hello." })),
}));
