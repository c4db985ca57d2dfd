// Copyright 2026 The Footnote Authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "indexer/parsers/pdf/page_reader.h"

#include <poppler/Annot.h>
#include <poppler/Catalog.h>
#include <poppler/Page.h>

namespace footnote {
namespace {

bool SameFrame(Page* a, Page* b) {
  const PDFRectangle& box = *a->getCropBox();
  const PDFRectangle& other = *b->getCropBox();
  return a->getRotate() == b->getRotate() && box.x1 == other.x1 &&
         box.y1 == other.y1 && box.x2 == other.x2 && box.y2 == other.y2;
}

}  // namespace

void PageReader::Read(int number) {
  if (number > last_) BeginRun(number);
  if (gfx_ == nullptr) {
    document_->displayPageSlice(device_, number, 72, 72, /*rotate=*/0,
                                /*useMediaBox=*/false, /*crop=*/true,
                                /*printing=*/false, -1, -1, -1, -1);
    return;
  }
  // What Page::displaySlice does with a Gfx of its own.
  Page* const page = document_->getPage(number);
  device_->startPage(number, gfx_->getState(), document_->getXRef());
  device_->updateAll(gfx_->getState());
  Object contents = page->getContents();
  if (!contents.isNull()) {
    Object rest = ResourcesWithoutFonts(page);
    gfx_->saveState();
    gfx_->pushResources(rest.getDict());
    gfx_->display(&contents);
    gfx_->popResources();
    gfx_->restoreState();
  }
  for (Annot* const annotation : page->getAnnots()->getAnnots()) {
    annotation->draw(gfx_.get(), /*printing=*/false);
  }
  device_->endPage();
}

std::optional<PageReader::Fonts> PageReader::FontsOf(Page* page) {
  Dict* const resources =
      page != nullptr && page->isOk() ? page->getResourceDict() : nullptr;
  if (resources == nullptr || resources->hasKey("Properties")) return {};
  const Object named = resources->lookup("Font");
  Fonts fonts;
  if (named.isNull()) return fonts;
  if (!named.isDict()) return {};
  for (int i = 0; i < named.dictGetLength(); ++i) {
    const Object& font = named.dictGetValNF(i);
    if (!font.isRef()) return {};
    fonts.emplace(named.dictGetKey(i), font.getRef());
  }
  return fonts;
}

bool PageReader::Merge(const Fonts& more, Fonts* fonts) {
  Fonts merged = *fonts;
  for (const auto& font : more) {
    if (merged.insert(font).first->second != font.second) return false;
  }
  if (merged.size() > kMaxFonts) return false;
  fonts->swap(merged);
  return true;
}

void PageReader::BeginRun(int first) {
  if (gfx_ != nullptr) EndRun();
  last_ = first;
  Page* const page = document_->getPage(first);
  std::optional<Fonts> fonts = FontsOf(page);
  if (!fonts.has_value()) return;
  while (last_ < document_->getNumPages()) {
    Page* const next = document_->getPage(last_ + 1);
    const std::optional<Fonts> more = FontsOf(next);
    if (!more.has_value() || !SameFrame(page, next) || !Merge(*more, &*fonts)) {
      break;
    }
    ++last_;
  }
  if (last_ == first) return;
  XRef* const xref = document_->getXRef();
  Dict* const named = new Dict(xref);
  for (const auto& font : *fonts) {
    named->add(font.first.c_str(), Object(font.second));
  }
  resources_ = Object(new Dict(xref));
  resources_.dictAdd("Font", Object(named));
  gfx_ = std::make_unique<Gfx>(document_, device_, first, resources_.getDict(),
                               72, 72, page->getCropBox(), /*cropBox=*/nullptr,
                               page->getRotate());
}

void PageReader::EndRun() {
  device_->startPage(last_, gfx_->getState(), document_->getXRef());
  gfx_.reset();
}

Object PageReader::ResourcesWithoutFonts(Page* page) const {
  Dict* const rest = new Dict(document_->getXRef());
  Dict* const all = page->getResourceDict();
  for (int i = 0; i < all->getLength(); ++i) {
    const char* const key = all->getKey(i);
    if (std::string(key) != "Font") rest->add(key, all->getValNF(i).copy());
  }
  return Object(rest);
}

}  // namespace footnote
