using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Webhooks;

namespace OrleansSale.Tests.Api.Webhooks;

/// <summary>Where webhooks may be sent: to public addresses only, whatever a name leads to.</summary>
public sealed class AddressGuardTests : IAsyncLifetime
{
    private static readonly string Secret = "whsec_" + Convert.ToBase64String(new byte[32]);

    private readonly Dictionary<string, Queue<string[]>> _names = [];
    private Receiver _receiver = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Theory]
    [InlineData("93.184.215.14", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("223.255.255.254", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.0.1", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:93.184.215.14", true)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    public void An_address_is_public_or_not(string address, bool isPublic) =>
        PublicAddresses.Has(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("https://public.test/hook", null)]
    [InlineData("https://mixed.test/hook", null)]
    [InlineData("https://nowhere.test/hook", null)]
    [InlineData("https://private.test/hook", AddressFault.PrivateAddress)]
    [InlineData("https://localhost.test/hook", AddressFault.PrivateAddress)]
    [InlineData("https://2130706433/hook", AddressFault.PrivateAddress)]
    [InlineData("https://0.0.0.0/hook", AddressFault.PrivateAddress)]
    [InlineData("https://[::]/hook", AddressFault.PrivateAddress)]
    [InlineData("https://0x7f.1/hook", AddressFault.PrivateAddress)]
    [InlineData("http://public.test/hook", AddressFault.Insecure)]
    [InlineData("http://localhost.test/hook", AddressFault.Insecure)]
    [InlineData("https://sale.test/hook", AddressFault.OwnAddress)]
    [InlineData("https://SALE.test.:443/hook", AddressFault.OwnAddress)]
    [InlineData("https://me@public.test/", AddressFault.Malformed)]
    [InlineData("/hook", AddressFault.Malformed)]
    public async Task An_address_of_an_endpoint_is_checked(string address, AddressFault? fault)
    {
        (_names["public.test"], _names["private.test"]) = (Always("93.184.215.14"), Always("10.0.0.1", "fd00::1"));
        (_names["mixed.test"], _names["localhost.test"]) = (Always("10.0.0.1", "1.1.1.1"), Always("127.0.0.1"));
        _names["sale.test"] = Always("1.1.1.1");
        using var services = Build(allowsLoopback: false);
        (await services.GetRequiredService<IWebhookSender>().CheckAsync(address)).ShouldBe(fault);
    }

    [Fact]
    public async Task Loopback_is_allowed_only_by_the_setting_and_then_with_http_too()
    {
        _names["localhost.test"] = Always("127.0.0.1");
        using var strict = Build(allowsLoopback: false);
        using var open = Build(allowsLoopback: true);
        const string Address = "http://localhost.test/hook";
        (await strict.GetRequiredService<IWebhookSender>().CheckAsync(Address)).ShouldBe(AddressFault.Insecure);
        (await open.GetRequiredService<IWebhookSender>().CheckAsync(Address)).ShouldBeNull();
        (await open.GetRequiredService<IWebhookSender>().CheckAsync("https://10.0.0.1/"))
            .ShouldBe(AddressFault.PrivateAddress);
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_after_it_was_checked_is_not_connected_to()
    {
        // Public when it is checked, this machine when it is sent to.
        _names["rebinding.test"] = new([["93.184.215.14"], ["127.0.0.1"]]);
        using var services = Build(allowsLoopback: false);
        var sender = services.GetRequiredService<IWebhookSender>();
        (await sender.CheckAsync("https://rebinding.test/hook")).ShouldBeNull();
        var result = await sender.SendAsync(PostTo("https://rebinding.test/hook"), Stop);
        result.Error.ShouldBe(new WebhookError(WebhookErrorCode.AddressRefused));
        _receiver.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plain_request_goes_to_this_machine_only_even_if_the_name_leads_elsewhere_later()
    {
        _names["shop.test"] = new([["127.0.0.1"], ["93.184.215.14"]]);
        using var services = Build(allowsLoopback: true);
        var sender = services.GetRequiredService<IWebhookSender>();
        (await sender.CheckAsync("http://shop.test/hook")).ShouldBeNull();
        (await sender.SendAsync(PostTo("http://shop.test/hook"), Stop)).Error
            .ShouldBe(new WebhookError(WebhookErrorCode.AddressRefused));
    }

    [Fact]
    public async Task An_answer_says_what_came_of_it()
    {
        using var services = Build(allowsLoopback: true);
        var sender = services.GetRequiredService<IWebhookSender>();
        var (status, after) = (200, "");
        _receiver.Answer = (_, http) =>
        {
            if (after.Length > 0) http.Response.Headers.RetryAfter = after;
            return Task.FromResult(status);
        };
        (await SendAsync()).ShouldBe(WebhookResult.Arrived);
        (status, after) = (429, "120");
        (await SendAsync()).ShouldBe(new WebhookResult(
            new WebhookError(WebhookErrorCode.Answered, 429), TimeSpan.FromMinutes(2), IsOverloaded: true));
        (status, after) = (503, "");
        (await SendAsync()).IsOverloaded.ShouldBeTrue();
        status = 500;
        (await SendAsync()).ShouldBe(new WebhookResult(new WebhookError(WebhookErrorCode.Answered, 500)));
        status = 302;
        (await SendAsync()).Error.ShouldBe(new WebhookError(WebhookErrorCode.Redirected, 302));
        status = 410;
        (await SendAsync()).Error.ShouldBe(new WebhookError(WebhookErrorCode.Gone, 410));
        _receiver.Answer = (_, http) =>
        {
            http.Abort();
            return Task.FromResult(200);
        };
        (await SendAsync()).Error!.Code.ShouldBe(WebhookErrorCode.BrokenOff);

        Task<WebhookResult> SendAsync() => sender.SendAsync(PostTo(_receiver.At("/hook")), Stop);
    }

    private static WebhookPost PostTo(string address) => new(new Uri(address), [Secret], "msg_1", "{}"u8.ToArray());

    private static Queue<string[]> Always(params string[] addresses) => new([addresses]);

    private ServiceProvider Build(bool allowsLoopback)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = "Production" });
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Webhooks:AllowLoopback"] = $"{allowsLoopback}" }).Build());
        services.AddOptions<PaymentOptions>().Configure(options => options.PublicAddress = new("https://sale.test"));
        services.AddSingleton<NameLookup>((host, stop) =>
        {
            if (!_names.TryGetValue(host, out var answers))
            {
                return IPAddress.TryParse(host, out var itself) ? Task.FromResult<IPAddress[]>([itself])
                    : Task.FromException<IPAddress[]>(new System.Net.Sockets.SocketException());
            }
            var found = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
            return Task.FromResult<IPAddress[]>([.. found.Select(IPAddress.Parse)]);
        });
        services.AddWebhooks();
        return services.BuildServiceProvider();
    }
}
