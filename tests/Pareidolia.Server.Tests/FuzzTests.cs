using System.Net;
using System.Text;
using System.Text.Json;
using Pareidolia.Server.Tests.Generate;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests;

/// <summary>
/// Requests of chance to every route: wrong types, missing fields, huge numbers, NaN, broken base64. None may end in an error of the program itself, and
/// the queue lives on. <c>PAREIDOLIA_FUZZ=20000</c> makes it a long run.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int s_requests = int.Parse(Environment.GetEnvironmentVariable("PAREIDOLIA_FUZZ") ?? "3000");

    private static readonly (string Method, string Path, string Body)[] s_seeds =
    [
        ("POST", "/api/v1/jobs", """{"kind":"generate","prompt":"a cat","steps":2,"seed":1,"width":32,"height":32,"sampler":"euler","schedule":"karras","guidanceScale":2,"count":1,"clipSkip":1,"tiling":"x","hires":{"scale":1.5,"steps":2,"denoise":0.5,"upscaler":"Latent"},"loras":[{"name":"x","weight":1}],"style":"noto"}"""),
        ("POST", "/api/v1/jobs", """{"kind":"generate","prompt":"a","initPicture":"0123456789abcdef0123456789abcdef","mask":"0123456789abcdef0123456789abcdef-0","denoise":0.5,"maskBlur":4,"inpaintFill":"fill","outpaint":{"left":8},"onlyMasked":true}"""),
        ("POST", "/api/v1/jobs", """{"kind":"generate","prompt":"a","xyz":{"x":{"axis":"steps","values":"1-3"},"y":{"axis":"sampler","values":["euler","heun"]}},"variationOf":"x","variationStrength":0.2}"""),
        ("POST", "/api/v1/jobs", """{"kind":"generate","prompt":"a","steps":1,"width":32,"height":32,"eta":0.5,"guidanceRescale":0,"ngms":0,"xyz":{"x":{"axis":"steps","values":"1-2"}}}"""),
        ("POST", "/api/v1/jobs", """{"kind":"generate","prompt":"a","steps":2,"refiner":{"model":"refiner","switchAt":0.5},"controls":[{"model":"edges","picture":"0123456789abcdef0123456789abcdef","strength":1,"start":0,"end":1,"resizeMode":"crop"}]}"""),
        ("POST", "/api/v1/jobs", """{"kind":"train","recipe":"x"}"""), ("POST", "/api/v1/jobs", """{"kind":"upscale","picture":"x","upscaler":"Lanczos","scale":2}"""),
        ("POST", "/api/v1/jobs", """{"kind":"train","recipe":"x","data":"y"}"""), ("POST", "/api/v1/jobs", """{"kind":"fill","text":"a [MASK]","model":"x","count":3}"""),
        ("POST", "/api/v1/jobs", """{"kind":"complete","text":"a","tokens":3,"temperature":0.5,"topP":0.9,"seed":1}"""),
        ("POST", "/api/v1/jobs", """{"kind":"walk","from":"a","to":"b","seed":1,"toSeed":2,"steps":3}"""), ("POST", "/api/v1/jobs", """{"kind":"vary","picture":"x","count":2,"steps":2,"guidanceScale":2}"""),
        ("POST", "/api/v1/jobs", """{"kind":"classify","picture":"x","categories":["a","b"]}"""), ("GET", "/api/v1/data", ""), ("GET", "/api/v1/learn", ""), ("GET", "/api/v1/pictures/{id}-0/explain/words/1", ""),
        ("POST", "/api/v1/jobs", """{"kind":"explain","picture":"x"}"""), ("POST", "/api/v1/jobs", """{"kind":"model","load":"x"}"""),
        ("GET", "/api/v1/jobs?state=done&kind=generate&limit=5&cursor=x", ""), ("PATCH", "/api/v1/jobs/{id}", """{"priority":1,"beforeJob":"x"}"""),
        ("POST", "/api/v1/jobs/{id}/cancel", "{}"), ("POST", "/api/v1/jobs/{id}/pause", "{}"), ("POST", "/api/v1/jobs/{id}/resume", "{}"), ("POST", "/api/v1/jobs/{id}/retry", "{}"),
        ("GET", "/api/v1/jobs/{id}/preview", ""), ("GET", "/api/v1/jobs/{id}/metrics", ""), ("GET", "/api/v1/jobs/{id}/sample", ""), ("GET", "/api/v1/pictures?q=a&favourite=true&model=x&deleted=true&limit=3", ""),
        ("GET", "/api/v1/pictures/{id}-0/film/1", ""), ("PATCH", "/api/v1/pictures/{id}-0", """{"favourite":true}"""), ("DELETE", "/api/v1/pictures/{id}-0", ""),
        ("GET", "/api/v1/pictures/{id}-0/file?deleted=true&format=webp", ""), ("DELETE", "/api/v1/pictures/{id}-0?deleted=true", ""),
        ("POST", "/api/v1/pictures/{id}-0/restore", ""), ("POST", "/api/v1/pictures/{id}-0/explain", ""), ("GET", "/api/v1/models", ""), ("GET", "/api/v1/styles?model=x", ""),
        ("POST", "/api/v1/forecast", """{"prompt":"a","width":32,"height":32,"steps":2,"count":2,"precision":"int8"}"""), ("POST", "/api/v1/tokens", """{"model":null,"prompt":"a (cat:1.2)","style":"noto","dialect":"a1111"}"""),
        ("POST", "/api/v1/uploads", "iVBORw0KGgo"), ("POST", "/api/v1/settings-of", "iVBORw0KGgo"), ("POST", "/api/v1/session", """{"user":"a","password":"b"}"""),
        ("POST", "/sdapi/v1/txt2img", """{"prompt":"a","steps":2,"width":32,"height":32,"seed":-1,"sampler_name":"Euler a","batch_size":1,"enable_hr":false,"cfg_scale":7,"eta":0,"subseed_strength":0,"s_min_uncond":0,"save_images":false,"styles":["noto"],"override_settings":{"CLIP_stop_at_last_layers":1},"script_name":"","script_args":[],"alwayson_scripts":{},"infotext":"a\nSteps: 2, Seed: 3, Size: 32x32"}"""),
        ("POST", "/sdapi/v1/txt2img", """{"prompt":"a","steps":1,"width":32,"height":32,"script_name":"x/y/z plot","script_args":[4,"1,2",[],0,"",[],0,"",[]]}"""),
        ("POST", "/sdapi/v1/txt2img", """{"prompt":"a","steps":1,"width":32,"height":32,"enable_hr":true,"hr_scale":1.5,"hr_second_pass_steps":1,"denoising_strength":0.5,"hr_sampler_name":"","hr_scheduler":"","refiner_switch_at":0.5}"""),
        ("POST", "/sdapi/v1/img2img", """{"prompt":"a","steps":2,"width":32,"height":32,"denoising_strength":0.5,"image_cfg_scale":1.5,"mask_blur_x":4,"init_images":["iVBORw0KGgo="],"mask":"data:image/png;base64,AAAA","resize_mode":1,"inpainting_fill":2}"""),
        ("POST", "/sdapi/v1/img2img", """{"prompt":"a","steps":2,"init_images":["iVBORw0KGgo="],"refiner_checkpoint":"refiner","refiner_switch_at":0.5,"alwayson_scripts":{"controlnet":{"args":[{"enabled":true,"module":"none","model":"edges","image":"iVBORw0KGgo=","weight":1,"resize_mode":1,"control_mode":0,"guidance_start":0,"guidance_end":1,"mask":null}]}}}"""),
        ("GET", "/controlnet/model_list?update=true", ""), ("GET", "/controlnet/module_list", ""), ("POST", "/controlnet/detect", "{}"),
        ("POST", "/sdapi/v1/extra-single-image", """{"image":"iVBORw0KGgo=","upscaling_resize":2,"upscaler_1":"Lanczos","gfpgan_visibility":0,"extras_upscaler_2_visibility":0}"""), ("POST", "/sdapi/v1/png-info", """{"image":"iVBORw0KGgo="}"""),
        ("POST", "/sdapi/v1/options", """{"CLIP_stop_at_last_layers":1,"randn_source":"GPU","sd_model_checkpoint":"x"}"""), ("GET", "/sdapi/v1/progress?skip_current_image=false", ""),
        ("POST", "/internal/progress", """{"id_task":"task(x)","id_live_preview":-1,"live_preview":true}"""), ("POST", "/sdapi/v1/interrupt", "{}"),
        ("POST", "/v1/images/generations", """{"prompt":"a","model":"gpt-image-1","n":1,"size":"32x32","quality":"low","response_format":"b64_json","output_format":"png","stream":false,"seed":1}"""),
        ("POST", "/v1/images/edits", "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nx\r\n--x--"), ("POST", "/mcp", """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"generate_image","arguments":{"prompt":"a"}}}"""),
        ("POST", "/prompt", Graph), ("POST", "/prompt", Graph), ("POST", "/prompt", Circle), ("POST", "/api/v1/jobs", $$"""{"kind":"graph","prompt":{{Circle}}}"""),
        ("POST", "/queue", """{"clear":false,"delete":["x"]}"""), ("POST", "/history", """{"clear":false,"delete":["x"]}"""), ("POST", "/interrupt", """{"prompt_id":"x"}"""),
        ("POST", "/free", """{"unload_models":false,"free_memory":true}"""), ("GET", "/history?max_items=3&offset=1", ""), ("GET", "/history/{id}", ""), ("GET", "/object_info/KSampler", ""),
        ("GET", "/view?filename=x.png&type=output&subfolder=a&preview=webp;90&channel=rgb", ""), ("GET", "/models/loras", ""), ("GET", "/view_metadata/loras?filename=x", ""),
        ("POST", "/upload/image", "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nx\r\n--x--"),
        ("GET", "/userdata?dir=x&recurse=true&split=true&full_info=true", ""), ("POST", "/userdata/{id}?overwrite=false&full_info=true", "{}"), ("GET", "/userdata/{id}", ""),
        ("DELETE", "/userdata/{id}", ""), ("POST", "/userdata/{id}/move/x", ""), ("POST", "/userdata/comfy.settings.json", """{"x":1,"y":{"x":2}}"""), ("GET", "/settings/x", ""),
        ("POST", "/settings", """{"x":1}"""), ("POST", "/settings/x", "1"), ("GET", "/api/jobs?status=pending,completed&limit=3&offset=1&sort_by=execution_duration", ""),
        ("GET", "/api/jobs/{id}", ""), ("POST", "/api/jobs/{id}/cancel", ""),
        ("POST", "/api/v1/jobs", """{"kind":"graph","workflow":{"nodes":[{"id":1,"type":"SolidMask","mode":4,"widgets_values":[0.5,8,8],"outputs":[{"name":"MASK","type":"MASK"}]},{"id":2,"type":"MaskToImage","mode":0,"inputs":[{"name":"mask","type":"MASK","link":1}]}],"links":[[1,1,0,2,0,"MASK"]]}}"""),
        ("POST", "/upload/mask", "--x\r\nContent-Disposition: form-data; name=\"original_ref\"\r\n\r\n{\"filename\":\"x\"}\r\n--x--"),
    ];

    // A whole drawing, and nodes that need each other.
    private const string Graph = """
        {"client_id":"x","prompt_id":"y","number":1,"front":false,"extra_data":{"extra_pnginfo":{"workflow":{}}},"prompt":{"4":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"x"}},
         "5":{"class_type":"EmptyLatentImage","inputs":{"width":32,"height":32,"batch_size":1}},"6":{"class_type":"CLIPTextEncode","inputs":{"text":"a","clip":["4",1]}},
         "3":{"class_type":"KSampler","inputs":{"model":["4",0],"seed":7,"steps":2,"cfg":6,"sampler_name":"euler","scheduler":"normal","positive":["6",0],"negative":["6",0],"latent_image":["5",0],"denoise":1}},
         "8":{"class_type":"VAEDecode","inputs":{"samples":["3",0],"vae":["4",2]}},"9":{"class_type":"SaveImage","inputs":{"images":["8",0],"filename_prefix":"a"}},
         "1":{"class_type":"SolidMask","inputs":{"value":1,"width":64,"height":64}},"2":{"class_type":"MaskToImage","inputs":{"mask":["1",0]}},"7":{"class_type":"PreviewImage","inputs":{"images":["2",0]}}}}
        """;

    private const string Circle = """
        {"prompt":{"1":{"class_type":"ImageInvert","inputs":{"image":["2",0]}},"2":{"class_type":"ImageInvert","inputs":{"image":["1",0]}},"3":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"a"}}}}
        """;

    private static readonly string[] s_wild =
    [
        "null", "true", "false", "-1", "0", "1e999", "-1e308", "NaN", "99999999999999999999", "2147483648", "0.5", "\"\"", "\"x\"", "\"\\ud800\"", "\"\\u0000\"", "\"../../etc/passwd\"", "[]", "[[[[]]]]",
        "{}", "{\"a\":{\"b\":[1]}}", "\"<lora:x:1>\"", "\"(((((((((((a\"", "\"[a:b:0.5] AND c BREAK {x|y} __z__\"", "\"1-1000000\"", "[null]", "[1,\"a\",null,{}]", "\"iVBORw0KGgoAAAANSUhEUg==\"", "65535", "\"-1\"", "\"karras\"",
    ];

    [Fact]
    public async Task No_request_ends_in_an_error_of_the_program()
    {
        await using TestStudio studio = await TestStudio.Start(options => options with
        {
            Models = [TinyModel.Lively, TinyCompany.RefinerPath],
            ModelsFolder = TinyCompany.Folder,
            MostQueued = 6,
            MostPictures = 3,
            MostPixels = 64 * 64,
            ChangesPerSecond = 0,
        });
        studio.Client.Timeout = Timeout.InfiniteTimeSpan;
        Dictionary<int, int> statuses = [];
        List<string> faults = [];
        foreach (int[] batch in Enumerable.Range(0, s_requests).Chunk(8))
            foreach ((int status, string what) in await Task.WhenAll(batch.Select(i => Send(studio, new System.Random(i)))))
            {
                if (status == 500)
                    faults.Add(what);
                statuses[status] = statuses.GetValueOrDefault(status) + 1;
            }
        Assert.True(faults.Count == 0, $"{faults.Count} requests ended in an error of the program; the first:\n{string.Join("\n\n", faults.Take(20))}");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", statuses.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key}: {entry.Value}")));
        Assert.True(statuses.GetValueOrDefault(400) > s_requests / 20, "Hardly any request was refused: the test does not see what it should.");
        foreach (JsonElement job in (await studio.Get("/api/v1/jobs?limit=500")).GetProperty("items").EnumerateArray())
        {
            Assert.False(job.GetProperty("error").GetString()?.StartsWith("An error of the program", StringComparison.Ordinal) == true, job.ToString());
            _ = await studio.Post($"/api/v1/jobs/{job.GetProperty("id").GetString()}/cancel", new { });
        }
        JsonElement good = await studio.Post("/api/v1/jobs", new { kind = "generate", prompt = "a", steps = 2, width = 32, height = 32 }, 202);
        _ = await studio.Wait(good.GetProperty("id").GetString()!, "done");
    }

    private static async Task<(int, string)> Send(TestStudio studio, System.Random chance)
    {
        (string method, string path, string body) = s_seeds[chance.Next(s_seeds.Length)];
        body = body.Replace("\"ckpt_name\":\"x\"", $"\"ckpt_name\":\"{Path.GetFileName(TinyModel.Lively)}\"", StringComparison.Ordinal);
        path = path.Replace("{id}", Id(chance), StringComparison.Ordinal);
        if (chance.Next(10) == 0)
            path = Mangled(path, chance);
        body = chance.Next(5) == 0 ? body : Mutated(body, chance);
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (method != "GET")
            request.Content = new StringContent(body, Encoding.UTF8, IsForm(path) && chance.Next(4) > 0 ? "text/plain" : "application/json");
        if (IsForm(path) && request.Content is not null && chance.Next(2) == 0)
            request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        if (path == "/mcp")
            request.Headers.Add("Accept", "application/json, text/event-stream");
        string what = $"{method} {path}\n{body}";
        // Calls that wait for pictures are left after a while; their jobs go on.
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        try
        {
            using HttpResponseMessage response = await studio.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            string answer = response.StatusCode == HttpStatusCode.InternalServerError ? await response.Content.ReadAsStringAsync() : "";
            return ((int)response.StatusCode, $"{what}\n{answer}");
        }
        catch (OperationCanceledException)
        {
            return (0, what);
        }
        catch (Exception error) when (error is HttpRequestException or UriFormatException)
        {
            return (-1, what);
        }
    }

    private static bool IsForm(string path) => path.Contains("edits", StringComparison.Ordinal) || path.StartsWith("/upload/", StringComparison.Ordinal);

    private static string Id(System.Random chance) => chance.Next(3) switch { 0 => "x", 1 => "..%2f..%2fx", _ => string.Concat(Enumerable.Range(0, 32).Select(_ => "0123456789abcdef"[chance.Next(16)])) };

    private static string Mangled(string path, System.Random chance) => path.Insert(chance.Next(1, path.Length), (string[])["%00", "%ff", "/./", "?", "%2e%2e", "\u00e9", "&limit=x", "=1e9"] is { } odd ? odd[chance.Next(odd.Length)] : "");

    // Values become wild ones, fields go, letters change.
    private static string Mutated(string body, System.Random chance)
    {
        StringBuilder text = new(body);
        for (int i = chance.Next(1, 4); i > 0 && text.Length > 2; i--)
        {
            string now = text.ToString();
            int colon = now.IndexOf(':', chance.Next(now.Length));
            int end = colon < 0 ? -1 : now.IndexOfAny([',', '}', ']'], colon);
            if (end > colon && chance.Next(8) > 0)
                text.Remove(colon + 1, end - colon - 1).Insert(colon + 1, s_wild[chance.Next(s_wild.Length)]);
            else
                text[chance.Next(text.Length)] = (char)chance.Next(32, 127);
        }
        return text.ToString();
    }
}
