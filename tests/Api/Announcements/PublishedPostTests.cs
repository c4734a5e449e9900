using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Announcements;

/// <summary>Announcements as they reach a platform: the sandbox's, which this engine has itself.</summary>
public sealed class PublishedPostTests
{
    private const string Path = "/api/operator/announcements";
    private const string Timeline = "/sandbox/platform/timeline";

    [Fact]
    public async Task An_announcement_is_on_the_platforms_timeline_with_the_card_of_its_page()
    {
        await using var sale = await StartAsync();
        var batch = await sale.CreateAsync();
        var id = await AnnounceAsync(sale, batch, "The doors are open");
        await UntilAsync(sale, id, "delivered");
        var page = (await sale.Client.SendAsync("GET", Timeline, headers: ("Cookie", await LogInAsync(sale)))).Is(200);
        page.Text.ShouldContain("The doors are open");
        page.Text.ShouldContain($"href=\"{sale.Client.Address}sale/{batch}\"");
        (await FaultsAsync(sale)).ShouldNotContain("post-failing");
    }

    [Fact]
    public async Task A_platform_that_is_down_is_a_fault_and_the_sale_goes_on()
    {
        // Nobody listens there.
        await using var sale = await StartAsync(("Channels:weibo:Posts:Address", "http://127.0.0.1:1/posts"));
        var batch = await sale.CreateAsync();
        var id = await AnnounceAsync(sale, batch, "The doors are open");
        await UntilAsync(sale, id, "waiting", tries: 2);
        (await FaultsAsync(sale)).ShouldContain("post-failing");
        var shown = (await sale.Client.GetAsync($"/api/batches/{batch}/announcements")).Is(200);
        shown.Items.ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(id);
        await sale.OrderAsync(batch, sale.NewUser());
        var wrong = new JsonObject { ["channel"] = "twitter" };
        (await sale.Client.PostAsync($"{Path}/{id}/retry", sale.Operator, wrong)).IsRefusal(404, "not-found");
    }

    private static Task<SaleFront> StartAsync(params (string Key, string Value)[] settings)
    {
        var plan = new FrontPlan { Settings = new() { ["Channels:weibo:Posts:Kind"] = "Sandbox" } };
        foreach (var (key, value) in settings) plan.Settings[key] = value;
        return SaleFront.StartAsync(plan);
    }

    private static async Task<string> AnnounceAsync(SaleFront sale, string batch, string text)
    {
        var announcement = new JsonObject { ["batch"] = batch, ["text"] = text };
        return (await sale.Client.PostAsync(Path, sale.Operator, announcement)).Is(201)["id"]!;
    }

    private static Task UntilAsync(SaleFront sale, string id, string state, int tries = 1) => Eventually.HoldsAsync(
        async () =>
        {
            var list = (await sale.Client.GetAsync(Path, sale.Operator)).Is(200);
            var delivery = list.Items.Single(item => item.GetProperty("id").GetString() == id)
                .GetProperty("deliveries").EnumerateArray().FirstOrDefault();
            return delivery.ValueKind != JsonValueKind.Undefined
                && delivery.GetProperty("state").GetString() == state
                && delivery.GetProperty("tries").GetInt32() >= tries;
        },
        $"{id} is {state}");

    private static async Task<string> FaultsAsync(SaleFront sale) =>
        (await sale.Client.GetAsync("/api/operator/faults", sale.Operator)).Is(200).Text;

    private static async Task<string> LogInAsync(SaleFront sale)
    {
        using var form = new FormUrlEncodedContent([new("as", "alice")]);
        var answer = await sale.Client.PostAsync("/sandbox/platform/login", body: form);
        return answer.Header("Set-Cookie")!.Split(';')[0];
    }
}
