using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Operators.Webhooks;

/// <summary>The webhooks that take nothing. What does not answer is left out.</summary>
public sealed class WebhookFaults(IGrainFactory grains, TimeProvider timeProvider) : IFaultSource
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        string[] endpoints;
        try
        {
            endpoints = await grains.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key).ListAsync();
        }
        catch (StorageDamagedException e)
        {
            return [new Fault(FaultKind.WebhookFailing, null, timeProvider.GetUtcNow(), e.Message)];
        }
        return [.. (await Task.WhenAll(endpoints.Select(AskAsync))).SelectMany(ofOne => ofOne)];
    }

    private async Task<Fault[]> AskAsync(string endpoint)
    {
        try
        {
            return await grains.GetGrain<IWebhookGrain>(endpoint).ListFaultsAsync();
        }
        catch (Exception e) when (e is StorageDamagedException || LostInfrastructure.Is(e))
        {
            return [];
        }
    }
}
