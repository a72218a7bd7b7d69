import { Author, Blog, Client, Comment } from "@cedx/akismet";

const { SERVICE, KEY } = process.env;
const blog = new Blog({ url: "https://board.example" });
const client = new Client(KEY, blog, { baseUrl: SERVICE });
const comment = (content) => new Comment({
  author: new Author({ ipAddress: "192.0.2.1", name: "sam", email: "sam@mail.example", userAgent: "Mozilla/5.0" }),
  content,
  permalink: "https://board.example/topic/1",
});

const insult = comment("You are a stupid idiot, go away.");
console.log(JSON.stringify({
  key: await client.verifyKey(),
  wrongKey: await new Client("not-ours", blog, { baseUrl: SERVICE }).verifyKey(),
  insult: await client.checkComment(insult),
  thanks: await client.checkComment(comment("Thank you, that was helpful.")),
  spam: (await client.submitSpam(insult)) ?? "taken",
  ham: (await client.submitHam(comment("Thank you, that was helpful."))) ?? "taken",
  refusal: await new Client("not-ours", blog, { baseUrl: SERVICE }).checkComment(insult)
    .then(() => null, (error) => error.message),
}));
