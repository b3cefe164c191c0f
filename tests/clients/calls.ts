// What an integrator's first program does, with the types made of docs/openapi.json. Prints one JSON document.
import createClient from "openapi-fetch";
import type { paths } from "./wellspring.d.ts";

declare const process: { argv: string[] };
const [baseUrl, email, password] = process.argv.slice(2);
const stranger = createClient<paths>({ baseUrl });

const signedIn = await stranger.POST("/v1/auth/login", { body: { email, password } });
if (!signedIn.data) throw new Error(JSON.stringify(signedIn.error));
const client = createClient<paths>({
  baseUrl,
  headers: { authorization: `Bearer ${signedIn.data.data.accessToken}` },
});

const created = await client.POST("/v1/streams", { body: { title: "Typed strings", category: "Music" } });
const changed = await client.PATCH("/v1/me/profile", { body: { bio: "Typed." } });
const wrong = await client.POST("/v1/streams", { body: { title: "", category: "Music" } });
const refused = await stranger.GET("/v1/wallet/balance");

console.log(
  JSON.stringify({
    stream: created.data?.data.title,
    bio: changed.data?.data.bio,
    wrong: wrong.error && "error" in wrong.error ? wrong.error.error.details[0].field : undefined,
    refused: refused.error && "message" in refused.error ? refused.error.message : undefined,
  }),
);
