using System.Net;
using OrleansSale.Tests.Api.Pages;

namespace OrleansSale.Tests.Api.SignIn;

/// <summary>How somebody who is no operator, or not signed in, is received at the operators' pages.</summary>
public sealed class OperatorDoorTests
{
    private const string AsBrowser = "text/html,application/xhtml+xml,*/*;q=0.8";

    [Fact]
    public async Task A_browser_is_led_to_the_sign_in_of_operators_and_comes_back()
    {
        await using var sale = await StartAsync();
        var answer = await OpenAsync(sale, "/dashboard?a=1", AsBrowser);
        answer.Is(401).MediaType.ShouldBe("text/html");
        answer.Header("Cache-Control").ShouldBe("no-store");
        answer.Header("WWW-Authenticate").ShouldBe("Bearer");
        var links = new PageText(answer.Text).Tags("a").Select(tag => WebUtility.UrlDecode(tag["href"]));
        links.ShouldContain("/signin/weibo?returnTo=/dashboard?a=1");
        links.ShouldNotContain(link => link.Contains("/signin/twitter", StringComparison.Ordinal),
            "nobody is an operator there");
    }

    [Fact]
    public async Task Who_is_signed_in_as_a_buyer_is_told_to_use_another_account()
    {
        await using var sale = await StartAsync();
        var cookie = await sale.SignInAsync("alice");
        var answer = await sale.Client.SendAsync(
            "GET", "/dashboard", headers: [("Accept", AsBrowser), ("Cookie", cookie), ("Accept-Language", "zh")]);
        answer.Is(403).MediaType.ShouldBe("text/html");
        WebUtility.HtmlDecode(answer.Text).ShouldContain("更换账号");
        var boss = await sale.SignInAsync("boss", "operator");
        (await sale.Client.SendAsync("GET", "/dashboard", headers: [("Accept", AsBrowser), ("Cookie", boss)]))
            .Status.ShouldBeLessThan(400);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("text/html;q=0, */*")]
    [InlineData("")]
    public async Task A_program_is_refused_as_everywhere(string accept)
    {
        await using var sale = await StartAsync();
        (await OpenAsync(sale, "/dashboard", accept)).IsRefusal(401, "unauthenticated");
        (await OpenAsync(sale, "/api/operator/faults", accept)).IsRefusal(401, "unauthenticated");
    }

    [Fact]
    public async Task The_dashboard_is_there_for_operators_and_built_when_the_first_of_them_opens_it()
    {
        await using var sale = await StartAsync();
        Routes.Of(sale.Front, "x", "x.1").Count(route => route.Path.StartsWith("/dashboard", StringComparison.Ordinal))
            .ShouldBe(1, "its own routes come with its files, which are large");
        var boss = await sale.SignInAsync("boss", "operator");
        (await GetAsync("/dashboard?a=1")).Is(301).Header("Location").ShouldBe("/dashboard/?a=1");
        (await GetAsync("/dashboard/")).Is(200).Text.ShouldContain("index.min.js");
        (await GetAsync("/dashboard/index.min.js", coding: "gzip")).Is(200).Header("Content-Encoding").ShouldBe("gzip");
        (await GetAsync("/dashboard/", "HEAD")).Is(200).Text.ShouldBe("");
        (await GetAsync("/dashboard/DashboardCounters")).Is(200).Text.ShouldContain("totalActiveHostCount");
        (await GetAsync("/dashboard/none")).IsRefusal(404, "not-found");
        (await GetAsync("/dashboard/", "POST")).Is(405);

        Task<Answer> GetAsync(string path, string method = "GET", string coding = "identity") => sale.Client.SendAsync(
            method, path, headers: [("Cookie", boss), ("Accept-Encoding", coding), ("Sec-Fetch-Site", "same-origin")]);
    }

    private static Task<SaleFront> StartAsync() => SaleFront.StartAsync(new FrontPlan
    {
        Settings = new()
        {
            ["Channels:weibo:SignIn:Provider"] = "Sandbox",
            ["Channels:twitter:SignIn:Provider"] = "Sandbox",
            ["Operators:0:Channel"] = "weibo",
            ["Operators:0:Subject"] = "boss",
        },
    });

    private static Task<Answer> OpenAsync(SaleFront sale, string path, string accept) =>
        sale.Client.SendAsync("GET", path, headers: accept.Length > 0 ? [("Accept", accept)] : []);
}
