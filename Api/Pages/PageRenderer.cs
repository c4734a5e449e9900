using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansSale.Api.Pages;

/// <summary>Renders pages, and keeps those that are the same for many.</summary>
/// <param name="services">What the views ask for.</param>
public sealed class PageRenderer(IServiceProvider services) : IDisposable
{
    /// <summary>Most pages that are kept. One is about 30 KB, in three encodings.</summary>
    public const int MaxKept = 500;

    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MaxKept });

    /// <summary>The page of that key: the kept one, else a new one.</summary>
    /// <param name="key">All that the parameters depend on.</param>
    /// <param name="parameters">The view's parameters.</param>
    public async ValueTask<RenderedPage> KeepAsync<TView>(object key, Func<Dictionary<string, object?>> parameters)
        where TView : IComponent
    {
        var place = (typeof(TView), key);
        if (_kept.TryGetValue(place, out RenderedPage? page)) return page!;
        return Keep(place, new RenderedPage(await RenderAsync<TView>(parameters())));
    }

    /// <summary>The file of that key: the kept one, else a new one.</summary>
    /// <param name="key">All that the file depends on.</param>
    /// <param name="make">Makes it.</param>
    public RenderedPage Keep(object key, Func<RenderedPage> make) =>
        _kept.TryGetValue(key, out RenderedPage? page) ? page! : Keep(key, make());

    /// <summary>A page in UTF-8.</summary>
    public async Task<byte[]> RenderAsync<TView>(Dictionary<string, object?> parameters) where TView : IComponent
    {
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => Encoding.UTF8.GetBytes(
            (await renderer.RenderComponentAsync<TView>(ParameterView.FromDictionary(parameters))).ToHtmlString()));
    }

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    private RenderedPage Keep(object key, RenderedPage page) =>
        _kept.Set(key, page, new MemoryCacheEntryOptions { Size = 1 });
}
