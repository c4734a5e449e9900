using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Health;

/// <summary>Storage fails in every way while users are at it, and no line that anybody logs names one.</summary>
public sealed class LoggedUsersTests : IAsyncLifetime
{
    private const string Name = "findmealice", Phone = "13800138000", Address = "Findme Road 1",
        Subject = $"weibo:{Name}";

    private readonly LogLines _log = new(LogLevel.Trace, "");
    private FaultyLedger _ledger = null!;
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = new() { ["Sale:AnswerWithinSeconds"] = "2" },
        Services = services =>
        {
            services.AddLogging(logging => logging.AddProvider(_log));
            var real = services.Single(service => service.ServiceType == typeof(ILedger));
            services.Replace(ServiceDescriptor.Singleton<ILedger>(
                provider => _ledger = new FaultyLedger((ILedger)real.ImplementationFactory!(provider))));
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task No_line_names_a_user_whatever_fails()
    {
        var (reserving, batch) =
            (await _sale.CreateAsync(Stage.Reserving), await _sale.CreateAsync(stock: 10, limit: 10));
        var order = await _sale.OrderAsync(batch, Subject);
        var stream = $"reservation/{reserving}/{Subject}";

        // The answers do not matter here; most are refusals.
        _ledger.FailAppends(2 * 5, stream);
        await _sale.ReserveAsync(reserving, Subject);
        _ledger.LoseAnswers(2 * 5);
        await AllAsync(reserving, batch, order);
        using (_ledger.HoldAppends()) await AllAsync(reserving, batch, order);
        _ledger.IsDown = true;
        await AllAsync(reserving, batch, order);
        _ledger.IsDown = false;
        File.Delete(Path.Combine(_sale.Front.DataDirectory, "grains.db"));
        await AllAsync(reserving, batch, order);
        File.Delete(Path.Combine(_sale.Front.DataDirectory, "ledger.db"));
        await AllAsync(reserving, batch, order);

        _log.With("removed or replaced").ShouldNotBeEmpty("faults were logged");
        foreach (var secret in new[] { Name, Phone, Address, _sale.Sign.Bearer(Subject)["Bearer ".Length..] })
            _log.All.Select(line => $"{line}")
                .ShouldNotContain(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
    }

    private async Task AllAsync(string reserving, string batch, string order)
    {
        var bearer = _sale.Sign.Bearer(Subject);
        var delivery = new JsonObject { ["name"] = Name, ["phone"] = Phone, ["address"] = Address };
        await Task.WhenAll(
            _sale.ReserveAsync(reserving, Subject),
            _sale.Client.GetAsync($"/api/batches/{reserving}/reservation", bearer),
            _sale.Client.SendAsync("PUT", $"/api/batches/{reserving}/reservation/delivery", bearer, delivery),
            _sale.Client.GetAsync($"/api/batches/{reserving}/reservation/delivery", bearer),
            _sale.BuyAsync(batch, Subject, $"{Guid.NewGuid()}"),
            // Without a ticket, so the reservation is looked up.
            _sale.Client.PostAsync($"/api/batches/{batch}/orders", bearer),
            _sale.ReadOrderAsync(order, Subject),
            _sale.CheckOutAsync(order, Subject),
            _sale.Client.SendAsync("PUT", $"/api/orders/{order}/delivery", bearer, delivery),
            _sale.Client.GetAsync($"/api/operator/batches/{batch}/reservations?after={Subject}", _sale.Operator));
        await _sale.Client.SendAsync("DELETE", $"/api/batches/{reserving}/reservation", bearer);
    }
}
